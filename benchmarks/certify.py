"""Hold the certified bound against policies: on random small worlds, and on weeks of a scenario.

`python benchmarks/certify.py --episodes 500` draws worlds with all features of the model (`tests/oracle/scenarios.py`).
On each the world's own task is played, and then the same world with some of its control slots left to the autopilot,
by the behaviours of `tests/worlds.py`, by a heuristic, and by behaviours made to exploit what a bound may overlook
(`exploits.py`); the exit status is 1 if one of them costs less than its bound.
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
from oracle.scenarios import random_world
from worlds import POLICIES, begin, policy_actions, step

from wattshift.kernel.terms import TERMS
from wattshift.tasks import load_task
from wattshift.world import World
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.optimum import Bound, bound_usd
from wattshift_agents.view import look

STEPS = 48
HEURISTIC = "stack"
BEHAVIOURS = (*POLICIES, *EXPLOITS, HEURISTIC)
TOLERANCE = 1e-9
"""Relative rounding of an episode's summed cost."""


class Played(NamedTuple):
    """One random episode, with one set of control slots that are driven."""

    seed: int
    drives: tuple[str, ...]
    bound: Bound
    cost_usd: np.ndarray  # [behaviours]

    @property
    def broken_by(self) -> list[str]:
        """Behaviours that cost less than the bound."""
        below = self.cost_usd < self.bound.total_usd - TOLERANCE * np.abs(self.cost_usd)
        return [name for name, is_below in zip(BEHAVIOURS, below, strict=True) if is_below]


def random_episodes(first: int, count: int) -> Iterator[Played]:
    """Random worlds, one episode each, with all of the task's slots and with some of them."""
    for seed in range(first, first + count):
        world = random_world(seed, n_envs=len(BEHAVIOURS), steps=STEPS, decision_every=1)
        slots = list(world.layout.actions)
        some = np.random.default_rng(seed).permutation(slots)[: seed % len(slots)].tolist()
        for drives in (slots, some):
            yield play(world, seed, tuple(drives))


def play(world: World, seed: int, drives: tuple[str, ...]) -> Played:
    """Bound and costs of one episode; entries of slots that are not driven stay at zero, which is the autopilot."""
    observation = begin(world, seed)
    bound = bound_usd(world, int(world.state.episode["seed"][0]), int(world.state.episode["start"][0]), drives)
    is_driven = np.zeros(len(world.layout.action_names), np.bool_)
    for slot in drives:
        is_driven[world.layout.actions[slot]] = True
    (rule,) = make_heuristics([HEURISTIC])
    rule.reset(world)
    plain, exploiting = policy_actions(world, seed), exploit_actions(world, seed)
    for _ in range(world.steps_per_episode):
        actions = [next(plain), next(exploiting), rule.act(observation, look(world))[-1:]]
        observation, _, _ = step(world, np.where(is_driven, np.concatenate(actions), 0.0))
    return Played(seed, drives, bound, world.ledger.totals["cost_usd"].sum(axis=1))


def judge_random(first: int, count: int) -> bool:
    """Print a line for every episode on which the bound fails, and a summary; returns whether all hold."""
    whole: list[float] = []
    part: list[float] = []
    failed = 0
    for nth, played in enumerate(random_episodes(first, count)):
        for name in played.broken_by:
            cost_usd = played.cost_usd[BEHAVIOURS.index(name)]
            print(f"world {played.seed}: bound {played.bound.total_usd:.6f} is above {cost_usd:.6f} USD of {name}")
            print(f"  driven: {', '.join(played.drives) or 'nothing'}", flush=True)
        failed += bool(played.broken_by)
        (part if nth % 2 else whole).append(played.bound.total_usd / played.cost_usd.min())
    for name, tightness in (("all slots of the task", whole), ("some of them", part)):
        low, middle, high = np.percentile(tightness, [10, 50, 90])
        print(f"{name}: bound / cheapest behaviour: median {middle:.2f}, 10 % {low:.2f}, 90 % {high:.2f}")
    print(f"{count} worlds, {2 * count} bounds, {len(BEHAVIOURS)} behaviours each, {failed} bounds broken")
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
                observation, _, _ = world.step(policy.act(observation, look(world)), np.zeros(weeks, np.bool_))
            cost_usd[policy.name] = world.ledger.totals["cost_usd"].copy()
        for week in range(weeks):
            bound = bound_usd(world, int(seeds[week]), int(starts[week]))
            print(f"{task}, {days:g} days from row {starts[week]}, seed {seeds[week]}")
            reference_usd = cost_usd[names[0]][week].sum()
            for name, terms in cost_usd.items():
                score = (reference_usd - terms[week].sum()) / (reference_usd - bound.total_usd)
                print(f"  {name}: {terms[week].sum():.0f} USD, score {score:.2f} ({_shown(TERMS, terms[week])})")
            at = _shown(bound.terms_usd, bound.terms_usd.values())
            print(f"  bound: {bound.total_usd:.0f} USD ({at}), {bound.seconds:.0f} s", flush=True)
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
        holds &= judge_random(asked.first, asked.episodes)
    if asked.weeks > 0:
        holds &= compare_weeks(asked.scenario, asked.weeks, asked.days, asked.seed, asked.policies, asked.tasks)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
