"""The autopilot's own episode, played by the kernel: what its chips do at every step."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.entry import ENTRIES, Wiring
from wattshift.kernel.observe import BLOCKS
from wattshift.kernel.state import new_control, new_ledger, new_state
from wattshift.kernel.terms import SLOTS, TERMS

if TYPE_CHECKING:
    from wattshift.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Replay(NamedTuple):
    """Axes: H steps, M modules."""

    cost_usd: float  # all terms and the settlement
    site_usd: float  # of it what is booked on sites: their electricity, carbon, water, wear, peaks and heat
    powered: Ints  # [H, M] chips that are neither failed nor out of service with their module
    replicas: Ints  # [H, M] chips that hold a model
    serving: Floats  # [H, M] chips busy with requests
    working: Floats  # [H, M] chips busy with jobs
    clock: Floats  # [H, M]


def replay_autopilot(world: "World", seed: int, start: int) -> Replay:
    """Play the episode of this seed and first row of the traces with nothing driven; `world` is not touched."""
    params, steps, n_modules = world.params, world.steps_per_episode, len(world.params.modules)
    state, control = new_state(params, 1, world.state.jobs.shape[1], steps), new_control(params, 1)
    ledger = new_ledger(params, 1)
    tables = params, world.traces, state, control, ledger
    nothing = np.zeros(0)
    undriven, unseen = np.full(len(SLOTS), -1), np.full(len(BLOCKS), -1)
    wiring = Wiring(undriven, unseen, nothing, nothing, np.ones(len(TERMS)), accrual=False, attribution=False)
    raw, observation, zero = np.zeros((1, 0)), np.zeros((1, 0), np.float32), np.zeros((1, 0), np.float32)
    one, none = np.ones(1, np.bool_), np.zeros(1, np.bool_)
    seeds, starts = np.array([seed], np.uint64), np.array([start])
    ENTRIES.restart(*tables, wiring, zero[0], one, seeds, starts, raw, observation)
    powered, replicas = np.zeros((2, steps, n_modules), np.int64)
    serving, working, clock = np.zeros((3, steps, n_modules))
    site_usd, reward, truncated = 0.0, np.zeros(1), np.zeros(1, np.bool_)
    for step in range(steps):
        ENTRIES.step(*tables, wiring, zero, none, 1, raw, observation, reward, truncated)
        modules, account = state.modules[0], ledger.modules[0]
        powered[step] = np.maximum(modules["awake"] + modules["waking"] - modules["failed_chips"], 0) * modules["up"]
        replicas[step] = modules["replicas"]
        serving[step], working[step], clock[step] = (account[n] for n in ("serving_chips", "working_chips", "clock"))
        site_usd += float(ledger.sites["cost_usd"][0].sum())
    cost_usd = float(ledger.totals["cost_usd"][0].sum())
    return Replay(cost_usd, site_usd, powered, replicas, serving, working, clock)
