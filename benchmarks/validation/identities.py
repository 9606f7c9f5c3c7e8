"""Conservation laws and limits at every step of many random scenarios, actions and seeds."""

import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from .check import Check, Section, markdown_table

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from identities import IDENTITIES, TOLERANCE, Before, name_of, residuals
from oracle.events import seen
from oracle.scenarios import disturb, policy_actions, random_world

SCENARIOS, ENVS, STEPS = 160, 64, 24
FIRST_SEED = 100_000
"""Of the scenarios; the tests use small ones."""

LEAST_DRAWS = 10_000


def section() -> Section:
    """Every environment of every random scenario is a draw: of scenario, of actions and of the episode's seed."""
    begun_s = time.monotonic()
    worst: dict[str, float] = defaultdict(float)
    happened: Counter[str] = Counter()
    for nth in range(SCENARIOS):
        for name, draws in live(FIRST_SEED + nth, worst).items():
            happened[name] += int(draws.sum())
    n_draws = SCENARIOS * ENVS
    checks = [Check("draws of scenario, actions and seed", "10,000", n_draws, LEAST_DRAWS, np.inf, "", "our own bar")]
    for identity in IDENTITIES:
        law = (identity.__doc__ or "").splitlines()[0]
        checks.append(
            Check(law, "exact", worst[name_of(identity)], 0.0, TOLERANCE, "relative", "conservation, or a limit")
        )
    rows = [(name, f"{count / n_draws:.0%}") for name, count in happened.most_common()]
    return Section(
        title="Identities",
        text=(
            f"Worst relative residual over {n_draws:,} draws of {STEPS} steps each ({n_draws * STEPS:,} steps): "
            f"{SCENARIOS} random scenarios of 1 to 4 sites, with any chips, plants, power trains, batteries, "
            "generators, routers and access networks of the catalog; contracts, curtailment requests, weak grids; "
            "elastic gangs, results sent home, requests reduced at their origin; steps from a minute to an hour; "
            "everything failing every few hours, some plants too small or without a compressor; half of them with "
            f"attribution. {ENVS} episodes of each under actions that are zero, uniform, at the corners or held, some "
            "beyond [-1, 1]. "
            f"The table below says in which share of the draws something occurred. "
            f"Computed in {time.monotonic() - begun_s:.0f} s."
        ),
        checks=checks,
        tables=[markdown_table(("what occurred", "share of draws"), rows)],
    )


def live(seed: int, worst: dict[str, float]) -> dict[str, np.ndarray]:
    """Live through one random scenario; raises `worst` and says what happened, name -> [E]."""
    world = random_world(seed, ENVS, STEPS, decision_every=1)
    nowhere = np.zeros(ENVS, np.bool_)
    world.begin(~nowhere, np.arange(ENVS, dtype=np.uint64) + np.uint64(seed), np.full(ENVS, -1))
    disturb(world, seed)
    happened: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(ENVS, np.bool_))
    for actions in policy_actions(world, seed, STEPS):
        before = Before.of(world)
        world.step(actions, nowhere)
        for name, values in residuals(world, before).items():
            worst[name] = np.fmax(worst[name], np.where(np.isnan(values), np.inf, values).max())
        for name, is_so in seen(world).items():
            happened[name] |= is_so
    return happened
