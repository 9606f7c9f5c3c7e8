"""Hold the certified bound against policies: on random small worlds, and on weeks of a scenario.

`python benchmarks/certify.py --episodes 500` draws worlds with every feature of the model (`tests/oracle/scenarios.py`)
and plays four kinds of behaviour on each; the exit status is 1 if one of them costs less than its bound.
`python benchmarks/certify.py --weeks 2` compares bound, autopilot and a heuristic on weeks of a synthetic year.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from oracle.scenarios import random_world
from worlds import begin, policy_actions, step

from wattshift.kernel.terms import TERMS
from wattshift.world import World
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.optimum import Bound, bound_usd, bounds_of
from wattshift_agents.view import look

STEPS = 48
KINDS = 4
"""Behaviours on each random episode: autopilot, uniform, corners, extremes held for hours."""
TOLERANCE = 1e-9
"""Relative rounding of an episode's summed cost."""


class Played(NamedTuple):
    """One random episode."""

    seed: int
    bound: Bound
    cost_usd: np.ndarray  # [KINDS]

    @property
    def holds(self) -> bool:
        """Whether no behaviour costs less than the bound."""
        return bool((self.cost_usd >= self.bound.total_usd - TOLERANCE * np.abs(self.cost_usd)).all())


def random_episodes(first: int, count: int) -> Iterator[Played]:
    """Random worlds, one episode each, played by every behaviour."""
    for seed in range(first, first + count):
        world = random_world(seed, n_envs=KINDS, steps=STEPS, decision_every=1)
        begin(world, seed)
        bound = bounds_of(world)[0]
        for _, actions in zip(range(world.steps_per_episode), policy_actions(world, seed), strict=False):
            step(world, actions)
        yield Played(seed, bound, world.ledger.totals["cost_usd"].sum(axis=1))


def judge_random(first: int, count: int) -> bool:
    """Print a line for every episode on which the bound fails, and a summary; returns whether all hold."""
    tightness, failed = [], 0
    for played in random_episodes(first, count):
        if not played.holds:
            failed += 1
            print(f"world {played.seed}: bound {played.bound.total_usd:.6f} is above {played.cost_usd.min():.6f} USD")
        tightness.append(played.bound.total_usd / played.cost_usd.min())
    shares = np.percentile(tightness, [10, 50, 90])
    print(
        f"{count} episodes, {failed} with a policy below the bound; bound / cheapest policy: "
        f"median {shares[1]:.2f}, 10 % {shares[0]:.2f}, 90 % {shares[2]:.2f}"
    )
    return failed == 0


def compare_weeks(scenario: str, weeks: int, seed: int, names: list[str]) -> bool:
    """Print cost by term of policies and bound on weeks spread over the year; returns whether the bound holds."""
    world = World(weeks, scenario=scenario)
    starts = np.linspace(0, world.rows[-1], weeks + 2).astype(np.int64)[1:-1]
    seeds = np.arange(seed, seed + weeks).astype(np.uint64)
    cost_usd = {}
    for policy in make_heuristics(names):
        observation = world.begin(np.ones(weeks, np.bool_), seeds, starts)
        policy.reset(world)
        for _ in range(world.steps_per_episode):
            observation, _, _ = world.step(policy.act(observation, look(world)), np.zeros(weeks, np.bool_))
        cost_usd[policy.name] = world.ledger.totals["cost_usd"].copy()
    holds = True
    for week in range(weeks):
        print(f"week from row {starts[week]}, seed {seeds[week]}")
        for name, terms in cost_usd.items():
            shown = ", ".join(
                f"{term.removesuffix('_usd')} {usd:.0f}" for term, usd in zip(TERMS, terms[week], strict=True)
            )
            print(f"  {name}: {terms[week].sum():.0f} USD ({shown})")
        bound = bound_usd(world, int(seeds[week]), int(starts[week]))
        shown = ", ".join(f"{term} {usd:.0f}" for term, usd in bound.terms_usd.items())
        print(f"  bound: {bound.total_usd:.0f} USD ({shown}), {bound.seconds:.0f} s", flush=True)
        holds &= all(terms[week].sum() >= bound.total_usd for terms in cost_usd.values())
    return holds


def main() -> int:
    """Run what was asked for; the exit status says whether the bound holds everywhere."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=0, help="random small episodes")
    parser.add_argument("--first", type=int, default=0, help="seed of the first random world")
    parser.add_argument("--weeks", type=int, default=0, help="weeks of the scenario")
    parser.add_argument("--scenario", default="hybrid")
    parser.add_argument("--seed", type=int, default=100, help="of the first week")
    parser.add_argument("--policies", nargs="+", default=["autopilot", "thrifty"])
    asked = parser.parse_args()
    holds = True
    if asked.episodes > 0:
        holds &= judge_random(asked.first, asked.episodes)
    if asked.weeks > 0:
        holds &= compare_weeks(asked.scenario, asked.weeks, asked.seed, asked.policies)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
