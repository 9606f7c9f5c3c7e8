"""The kernel computes what docs/step.md says: the oracle agrees in every field, on random worlds under any policy."""

import functools
import math
from typing import NamedTuple

import pytest

from oracle.compare import RELATIVE, Differences, compare, compare_begin
from oracle.scenarios import disturb, policy_actions, random_world
from wattshift.kernel.state import STAGING
from wattshift.kernel.terms import SUMS
from wattshift.world import World

SEEDS = range(48)
STEPS = 30

COUNTED = (
    "requests_late",
    "requests_dropped",
    "jobs_finished",
    "jobs_late",
    "jobs_rejected",
    "jobs_abandoned",
    "jobs_preempted",
    "throttled_chip_h",
    "export_kwh",
    "curtailed_kwh",
    "discharge_kwh",
    "water_l",
)


class Comparison(NamedTuple):
    """One random world, lived through by both."""

    worst: Differences
    happened: dict[str, bool]


@functools.cache
def comparison(seed: int) -> Comparison:
    """An episode from its first state, disturbed, to its settlement."""
    world = random_world(seed, steps=STEPS)
    worst = compare_begin(world, 0, seed)
    disturb(world, seed)
    happened: dict[str, bool] = {}
    decisions = math.ceil(STEPS / world.decision_every)
    for actions in policy_actions(world, seed, decisions):
        for name, difference in compare(world, 0, actions[0]).items():
            worst[name] = max(worst.get(name, 0.0), difference)
        happened = {name: is_so or happened.get(name, False) for name, is_so in seen(world).items()}
    return Comparison(worst, happened)


def seen(world: World) -> dict[str, bool]:
    """What has happened in the episode, or is the case now."""
    params, state, ledger = world.params, world.state, world.ledger
    jobs = state.jobs[0, : state.episode["n_jobs"][0]]
    removed_kw, loop_c = ledger.modules["heat_removed_kw"][0], state.modules["loop_c"][0]
    capacity_kw = params.plants["capacity_kw"]
    soc_kwh, battery_kwh = state.sites["soc_kwh"][0], params.sites["battery_kwh"]
    cases = {
        "site out": (state.sites["up"] == 0).any(),
        "link out": (state.links["up"] == 0).any(),
        "staging": (jobs["status"] == STAGING).any(),
        "moved away from its origin": (jobs["site"] != params.streams["origin"][jobs["stream"]]).any(),
        "loading": (jobs["restart_h"] > 0.0).any(),
        "urgent": (jobs["slack_h"] < params.rules["urgent_slack_h"][0]).any(),
        "split flow": ((ledger.routes["per_s"][0] > 0.0).sum(axis=1) > 1).any(),
        "carried far": (ledger.links["gbps"] > 0.0).any(),
        "link full": (ledger.links["gbps"][0] > 0.9 * params.links["capacity_gbps"]).any(),
        "plant at capacity": (removed_kw[:, 0] > capacity_kw[:, 0] * (1.0 - 1e-9)).any(),
        "cold loop": (loop_c < world.control.modules["supply_c"][0]).any(),
        "too warm": (loop_c > params.modules["inlet_limit_c"]).any(),
        "battery full": ((soc_kwh == battery_kwh) & (battery_kwh > 0.0)).any(),
        "charging": (ledger.sites["charge_kw"] > 0.0).any(),
        "settled": ledger.totals["terms_usd"][0, -1] != 0.0,
        "clipped": ledger.totals["clipped"].any(),
        "storage beyond": ledger.totals["storage_beyond"][0] > 0.0,
    }
    counted = {name: ledger.totals["sums"][0, SUMS.index(name)] > 0.0 for name in COUNTED}
    return {name: bool(is_so) for name, is_so in (cases | counted).items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_field_agrees(seed):
    assert {name: apart for name, apart in comparison(seed).worst.items() if apart > RELATIVE} == {}


def test_everything_that_can_happen_happens():
    worlds = [comparison(seed).happened for seed in SEEDS]
    assert {name for name in worlds[0] if sum(happened[name] for happened in worlds) < 3} == set()
