"""What a plan made with hindsight costs: an episode's optimum from above, as the certified bound is from below.

`python benchmarks/hindsight.py --task fleet --days 2 --windows 2 --minutes 15` plays a policy on windows spread over a
synthetic year, then improves its actions on each by random local search, on the very episode and draws: every
generation plays copies with one change each, of some entries of one or three slots over some time, and keeps the
cheapest. Such a plan needs the future, so it is no policy; between it and the bound nobody knows. `--policy` says whose
actions it starts from; a search that starts elsewhere ends elsewhere.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np

from wattshift.choices import set_points
from wattshift.kernel.terms import TERMS
from wattshift.world import World
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.optimum import bound_usd
from wattshift_agents.policy import Policy
from wattshift_agents.view import look

COPIES = 64
MOST_GENERATIONS = 10**9
SMALL, LARGE = (0.05, 0.2, 0.5), (-1.0, 0.0, 1.0)
"""Standard deviations of small changes, and the values of large ones."""


def record(world: World, policy: Policy, seed: int, start: int) -> np.ndarray:
    """A policy's actions [decisions, A] of one episode, from a world of one environment."""
    observation = world.begin(np.ones(1, np.bool_), np.array([seed], np.uint64), np.array([start]))
    policy.reset(world)
    actions = []
    for _ in range(-(-world.steps_per_episode // world.decision_every)):
        actions.append(set_points(world, policy.act(observation, look(world))))
        observation, _, _ = world.step(actions[-1], np.zeros(1, np.bool_))
    return np.concatenate(actions).astype(np.float32)


def play(world: World, seed: int, start: int, actions: np.ndarray) -> np.ndarray:
    """Costs [E] of action sequences [E, decisions, A] on one episode, all terms and the settlement."""
    n = world.n_envs
    world.begin(np.ones(n, np.bool_), np.full(n, seed, np.uint64), np.full(n, start))
    for nth in range(actions.shape[1]):
        world.step(actions[:, nth], np.zeros(n, np.bool_))
    return world.ledger.totals["cost_usd"].sum(axis=1)


def change(actions: np.ndarray, slots: list[slice], rng: np.random.Generator) -> None:
    """Change one sequence [decisions, A] in place: entries of one slot, or of three, over a while."""
    decisions = len(actions)
    for _ in range(rng.choice([1, 3], p=[0.7, 0.3])):
        slot = slots[rng.integers(len(slots))]
        length = int(np.exp(rng.uniform(np.log(min(3, decisions)), np.log(decisions))))
        first = int(rng.integers(-length // 2, decisions))
        part = actions[max(first, 0) : first + length, slot]
        own = rng.random(part.shape[1]) < rng.choice([1.0 / part.shape[1], 0.5, 1.0])
        kind = rng.random()
        if kind < 0.6:
            part[:, own] += rng.normal(0.0, rng.choice(SMALL), own.sum())
        elif kind < 0.8:
            part[:, own] = rng.uniform(-1.0, 1.0, own.sum())
        elif kind < 0.9:
            part[:, own] = rng.choice(LARGE)
        else:
            part[:, own] *= rng.uniform(0.0, 1.5)
        np.clip(part, -1.0, 1.0, out=part)


def improve(
    world: World,
    seed: int,
    start: int,
    actions: np.ndarray,
    slots: list[slice],
    generations: int,
    seconds: float = math.inf,
) -> tuple[float, np.ndarray, int]:
    """Random local search; returns the least cost, its actions, and the generations that were played.

    Args:
        world: whose every environment plays the episode once a generation.
        seed: of the episode.
        start: its first row.
        actions: [decisions, A] to start from.
        slots: entries that may be changed.
        generations: to play at most.
        seconds: after which no other is begun.
    """
    ends_s = time.perf_counter() + seconds
    rng = np.random.default_rng(seed)
    best = actions
    best_usd = float(play(world, seed, start, np.repeat(best[None], world.n_envs, axis=0))[0])
    nth = 0
    while nth < generations and time.perf_counter() < ends_s:
        copies = np.repeat(best[None], world.n_envs, axis=0)
        for copy in copies[1:]:
            change(copy, slots, rng)
        cost_usd = play(world, seed, start, copies)
        if cost_usd.min() < best_usd:
            best_usd, best = float(cost_usd.min()), copies[cost_usd.argmin()]
        nth += 1
    return best_usd, best, nth


def plan_file(folder: Path, task: str, days: float, seed: int) -> Path:
    """Where `--keep` leaves the best actions of a window."""
    return folder / f"{task}-{days:g}d-{seed}.npy"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="fleet")
    parser.add_argument("--scenario", default="hybrid")
    parser.add_argument("--days", type=float, default=2.0, help="length of a window")
    parser.add_argument("--windows", type=int, default=2)
    parser.add_argument("--seed", type=int, default=100, help="of the first window")
    parser.add_argument("--policy", default="stack", help="heuristic whose actions the search starts from")
    parser.add_argument("--minutes", type=float, default=15.0, help="of search on each window")
    parser.add_argument("--keep", type=Path, help="folder for the best actions of each window")
    asked = parser.parse_args()
    single = World(1, scenario=asked.scenario, task=asked.task, episode_days=asked.days)
    copies = World(COPIES, scenario=asked.scenario, task=asked.task, episode_days=asked.days, traces=single.traces)
    starts = np.linspace(0, single.rows[-1], asked.windows + 2).astype(np.int64)[1:-1]
    for nth, start in enumerate(starts.tolist()):
        seed = asked.seed + nth
        costs = {}
        for policy in make_heuristics(["autopilot", asked.policy]):
            actions = record(single, policy, seed, start)
            costs[policy.name] = float(single.ledger.totals["cost_usd"].sum())
        slots = [*copies.layout.actions.values()]
        costs["hindsight"], best, generations = improve(
            copies, seed, start, actions, slots, MOST_GENERATIONS, 60.0 * asked.minutes
        )
        if asked.keep is not None:
            asked.keep.mkdir(parents=True, exist_ok=True)
            np.save(plan_file(asked.keep, asked.task, asked.days, seed), best)
        play(copies, seed, start, np.repeat(best[None], COPIES, axis=0))
        terms = zip(TERMS, copies.ledger.totals["cost_usd"][0], strict=True)
        bound = bound_usd(single, seed, start).total_usd
        print(f"{asked.task}, {asked.days:g} days from row {start}, seed {seed}: bound {bound:.0f} USD")
        for name, usd in costs.items():
            score = (costs["autopilot"] - usd) / (costs["autopilot"] - bound)
            print(f"  {name}: {usd:.0f} USD, score {score:.2f}")
        shown = ", ".join(f"{term.removesuffix('_usd')} {usd:.0f}" for term, usd in terms if abs(usd) >= 0.5)
        print(f"  after {generations} generations of {COPIES - 1}: {shown}", flush=True)


if __name__ == "__main__":
    main()
