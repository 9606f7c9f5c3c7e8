"""Hold the certified bound against policies: on random small worlds, and on weeks of a scenario.

`python benchmarks/certify.py --episodes 500` draws worlds with all features of the model (`tests/oracle/scenarios.py`).
On each the world's own task is played, and then the same world with some of its control slots left to the autopilot,
by the behaviours of `tests/worlds.py`, by a heuristic, by behaviours made to exploit what a bound may overlook
(`tests/exploits.py`), and by a search with hindsight that goes on from the cheapest (`hindsight.py`). Then the bound of
policies that throttle no chip is held against those that do not. The exit status is 1 if one costs less than its bound.
`python benchmarks/certify.py --weeks 2` compares bound, autopilot and a heuristic on weeks of a synthetic year, for the
control slots of every task named.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from exploits import EXPLOITS, exploit_actions
from hindsight import improve
from oracle.scenarios import random_world
from worlds import POLICIES, begin, policy_actions, step

from wattshift.choices import set_points
from wattshift.kernel.terms import TERMS, THROTTLED_CHIP_H
from wattshift.tasks import load_task
from wattshift.world import World
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.optimum import Bound, bound_usd, calm_bound_usd
from wattshift_agents.optimum.calm import CALM_SLOTS
from wattshift_agents.view import look

STEPS = 48
HEURISTIC = "stack"
BEHAVIOURS = (*POLICIES, *EXPLOITS, HEURISTIC)
NAMES = (*BEHAVIOURS, "search")
TOLERANCE = 1e-9
"""Relative rounding of an episode's summed cost."""


class Played(NamedTuple):
    """One random episode, with one set of control slots that are driven."""

    seed: int
    drives: tuple[str, ...]
    bound: Bound
    cost_usd: np.ndarray  # [behaviours], and of a search with hindsight that starts from the cheapest

    @property
    def broken_by(self) -> list[str]:
        """Behaviours that cost less than the bound."""
        below = self.cost_usd < self.bound.total_usd - TOLERANCE * np.abs(self.cost_usd)
        return [name for name, is_below in zip(NAMES, below, strict=True) if is_below]


def random_episodes(first: int, count: int, generations: int) -> Iterator[Played]:
    """Random worlds, one episode each, with all of the task's slots and with some of them."""
    for seed in range(first, first + count):
        world = random_world(seed, n_envs=len(BEHAVIOURS), steps=STEPS, decision_every=1)
        slots = list(world.layout.actions)
        some = np.random.default_rng(seed).permutation(slots)[: seed % len(slots)].tolist()
        for drives in (slots, some):
            yield play(world, seed, tuple(drives), generations)


def play(world: World, seed: int, drives: tuple[str, ...], generations: int) -> Played:
    """Bound and costs of one episode; entries of slots that are not driven stay at zero, which is the autopilot."""
    begin(world, seed)
    episode = int(world.state.episode["seed"][0]), int(world.state.episode["start"][0])
    bound = bound_usd(world, *episode, drives)
    cost_usd, played = behave(world, seed, drives)
    slots = [slot for name, slot in world.layout.actions.items() if name in drives and slot.stop > slot.start]
    cheapest = played[:, cost_usd.argmin()]
    found_usd, _, _ = improve(world, *episode, cheapest, slots, generations if slots else 0)
    return Played(seed, drives, bound, np.append(cost_usd, found_usd))


def behave(world: World, seed: int, drives: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Costs [behaviours] of one episode, and the actions [steps, behaviours, A]."""
    observation = begin(world, seed)
    is_driven = np.zeros(len(world.layout.action_names), np.bool_)
    for slot in drives:
        is_driven[world.layout.actions[slot]] = True
    (rule,) = make_heuristics([HEURISTIC])
    rule.reset(world)
    plain, exploiting = policy_actions(world, seed), exploit_actions(world, seed)
    played = []
    for _ in range(world.steps_per_episode):
        rows = [next(plain), next(exploiting), rule.act(observation, look(world))[-1:]]
        played.append(np.where(is_driven, np.concatenate(rows), 0.0).astype(np.float32))
        observation, _, _ = step(world, played[-1])
    return world.ledger.totals["cost_usd"].sum(axis=1), np.array(played)


def calm(world: World) -> World:
    """The same with ample power and without faults, so that chips throttle for want of cooling only."""
    params = world.params
    params.sites["limited"], params.sites["import_limit_kw"] = 0, 1e7
    params.sites["battery_reserve_share"] = np.minimum(params.sites["battery_reserve_share"], 0.5)
    params.rules["carbon_over_usd_per_kg"] = 0.0
    params.rules["cold_share"] = np.minimum(params.rules["cold_share"], 0.9)
    world.params = params._replace(hazards=params.hazards[:0], events=params.events[:0])
    return world


def judge_calm(first: int, count: int) -> bool:
    """The same for the bound of policies that throttle no chip; behaviours that throttle one do not count."""
    checked, bounds, broken = 0, 0, 0
    for seed in range(first, first + count):
        world = calm(random_world(seed, n_envs=len(BEHAVIOURS), steps=STEPS, decision_every=1))
        drives = tuple(sorted(CALM_SLOTS & set(world.layout.actions)))
        begin(world, seed)
        episode = int(world.state.episode["seed"][0]), int(world.state.episode["start"][0])
        bound = calm_bound_usd(world, *episode, drives)
        if bound is None:
            continue
        cost_usd, _ = behave(world, seed, drives)
        is_calm = world.ledger.totals["sums"][:, THROTTLED_CHIP_H] == 0.0
        below = is_calm & (cost_usd < bound.total_usd - TOLERANCE * np.abs(cost_usd))
        for name in np.array(BEHAVIOURS)[below]:
            print(f"world {seed}: bound {bound.total_usd:.6f} of calm policies is above {name}", flush=True)
        checked, bounds, broken = checked + is_calm.sum(), bounds + 1, broken + below.any()
    print(f"of policies that throttle no chip: {bounds} bounds, {checked} episodes, {broken} bounds broken")
    return broken == 0


def judge_random(first: int, count: int, generations: int) -> bool:
    """Print a line for every episode on which the bound fails, and a summary; returns whether all hold."""
    whole: list[float] = []
    part: list[float] = []
    failed = 0
    for nth, played in enumerate(random_episodes(first, count, generations)):
        for name in played.broken_by:
            cost_usd = played.cost_usd[NAMES.index(name)]
            print(f"world {played.seed}: bound {played.bound.total_usd:.6f} is above {cost_usd:.6f} USD of {name}")
            print(f"  driven: {', '.join(played.drives) or 'nothing'}", flush=True)
        failed += bool(played.broken_by)
        (part if nth % 2 else whole).append(played.bound.total_usd / played.cost_usd.min())
    for name, tightness in (("all slots of the task", whole), ("some of them", part)):
        low, middle, high = np.percentile(tightness, [10, 50, 90])
        print(f"{name}: bound / cheapest behaviour: median {middle:.2f}, 10 % {low:.2f}, 90 % {high:.2f}")
    print(f"{count} worlds, {2 * count} bounds, {len(NAMES)} behaviours each, {failed} bounds broken")
    return failed == 0


def compare_weeks(scenario: str, weeks: int, days: float, seed: int, names: list[str], tasks: list[str]) -> bool:
    """Print cost by term of policies and bound on windows spread over the year; returns whether the bound holds."""
    holds = True
    for task in tasks:
        world = World(weeks, scenario=scenario, task=task, episode_days=days)
        starts = np.linspace(0, world.rows[-1], weeks + 2).astype(np.int64)[1:-1]
        seeds = np.arange(seed, seed + weeks).astype(np.uint64)
        cost_usd = {}
        for policy in make_heuristics(names):
            observation = world.begin(np.ones(weeks, np.bool_), seeds, starts)
            policy.reset(world)
            for _ in range(-(-world.steps_per_episode // world.decision_every)):
                actions = set_points(world, policy.act(observation, look(world)))
                observation, _, _ = world.step(actions, np.zeros(weeks, np.bool_))
            cost_usd[policy.name] = world.ledger.totals["cost_usd"].copy()
        for week in range(weeks):
            bound = bound_usd(world, int(seeds[week]), int(starts[week]))
            calm = calm_bound_usd(world, int(seeds[week]), int(starts[week]))
            print(f"{task}, {days:g} days from row {starts[week]}, seed {seeds[week]}")
            reference_usd = cost_usd[names[0]][week].sum()
            for name, terms in cost_usd.items():
                score = (reference_usd - terms[week].sum()) / (reference_usd - bound.total_usd)
                print(f"  {name}: {terms[week].sum():.0f} USD, score {score:.2f} ({_shown(TERMS, terms[week])})")
            at = _shown(bound.terms_usd, bound.terms_usd.values())
            print(f"  bound: {bound.total_usd:.0f} USD ({at}), {bound.seconds:.0f} s", flush=True)
            if calm is not None:
                print(f"  bound of policies that throttle no chip: {calm.total_usd:.0f} USD, {calm.seconds:.0f} s")
            holds &= all(terms[week].sum() >= bound.total_usd for terms in cost_usd.values())
    return holds


def _shown(names, values) -> str:
    shown = ((name.removesuffix("_usd"), round(float(usd))) for name, usd in zip(names, values, strict=True))
    return ", ".join(f"{name} {usd}" for name, usd in shown if usd != 0)


def main() -> int:
    """Run what was asked for; the exit status says whether the bound holds everywhere."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=0, help="random small worlds")
    parser.add_argument("--first", type=int, default=0, help="seed of the first random world")
    parser.add_argument("--generations", type=int, default=40, help="of the search on each random world")
    parser.add_argument("--weeks", type=int, default=0, help="windows of the scenario")
    parser.add_argument("--days", type=float, default=7.0, help="length of a window")
    parser.add_argument("--scenario", default="hybrid")
    parser.add_argument("--seed", type=int, default=100, help="of the first window")
    parser.add_argument("--tasks", nargs="+", default=["fleet"])
    parser.add_argument("--policies", nargs="+", default=["autopilot", "stack"], help="the first one is the score's 0")
    asked = parser.parse_args()
    for task in asked.tasks:
        load_task(task)  # a wrong name is said before hours of work
    holds = True
    if asked.episodes > 0:
        holds &= judge_random(asked.first, asked.episodes, asked.generations)
        holds &= judge_calm(asked.first, asked.episodes)
    if asked.weeks > 0:
        holds &= compare_weeks(asked.scenario, asked.weeks, asked.days, asked.seed, asked.policies, asked.tasks)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
