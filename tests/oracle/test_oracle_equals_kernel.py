"""The kernel computes what docs/step.md says: the oracle agrees in every field, on random worlds under any policy."""

import functools
import math
from typing import NamedTuple

import pytest

from oracle.compare import RELATIVE, Differences, compare, compare_begin
from oracle.events import seen
from oracle.scenarios import disturb, policy_actions, random_world

SEEDS = range(120)
STEPS = 30
DISTURBED_EVERY = 6


class Comparison(NamedTuple):
    """One random world, lived through by both."""

    worst: Differences
    happened: dict[str, bool]


@functools.cache
def comparison(seed: int) -> Comparison:
    """An episode from its first state to its settlement, disturbed again and again, and the beginning of the next."""
    world = random_world(seed, steps=STEPS)
    worst: Differences = {}
    happened: dict[str, bool] = {}

    def note(differences: Differences) -> None:
        for name, difference in differences.items():
            worst[name] = max(worst.get(name, 0.0), difference)

    note(compare_begin(world, 0, seed))
    decisions = math.ceil(STEPS / world.decision_every)
    for nth, actions in enumerate(policy_actions(world, seed, decisions)):
        if nth % DISTURBED_EVERY == 0:
            disturb(world, seed + nth)
        note(compare(world, 0, actions[0]))
        happened = {name: happened.get(name, False) or bool(is_so[0]) for name, is_so in seen(world).items()}
    note(compare_begin(world, 0, seed + 1))
    return Comparison(worst, happened)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_field_agrees(seed):
    assert {name: apart for name, apart in comparison(seed).worst.items() if apart > RELATIVE} == {}


def test_everything_that_can_happen_happens():
    worlds = [comparison(seed).happened for seed in SEEDS]
    assert {name for name in worlds[0] if sum(happened[name] for happened in worlds) < 3} == set()
