"""The compiled entry points: one call advances a whole batch.

numba's disk cache notices a change in the file of the cached function only, not in the files of the functions it calls.
The entry points are therefore closures over a digest of every source file of the kernel: captured values are part of
the cache key, so any edit of any stage compiles anew.
"""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np

from .jit import OPTIONS, njit
from .observe import observe
from .reset import reset
from .schedule import schedule
from .slices import control_of, ledger_of, state_of
from .step import answer, befall, begin_decision, consume, end_decision, reckon


class Wiring(NamedTuple):
    """What a task makes of the world: where its slots and blocks stand, their scaling, and what it pays."""

    slots: np.ndarray  # [slots] offset of each control slot in the action; -1 = not driven
    blocks: np.ndarray  # [blocks] offset of each block in the observation; -1 = not seen
    centre: np.ndarray  # [D] observation = (physical - centre) * scale
    scale: np.ndarray  # [D]
    weights: np.ndarray  # [terms] of the cost terms in the reward
    accrual: bool  # rewards also count the growth of what the fleet owes
    attribution: bool  # every step is shared out over classes and idle


class Entries(NamedTuple):
    """Entry points: `step` serial and parallel, and `restart`."""

    step: Any
    step_parallel: Any
    restart: Any


def source_digest(folder: Path = Path(__file__).parent) -> int:
    """A 63-bit digest of all kernel sources."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return int.from_bytes(digest.digest()[:8], "big") >> 1


BLOCK = 16
"""Environments that go through one act of a step before any goes through the next."""


@njit
def step_block(
    params,
    traces,
    state,
    control,
    ledger,
    wiring,
    actions,
    skip,
    repeat,
    raw,
    observations,
    reward,
    truncated,
    first,
    last,
):
    """One decision of the environments from `first` to before `last`, act by act, and their observations."""
    for env in range(first, last):
        if not skip[env]:
            truncated[env] = False
            own, asked, moved = state_of(state, env), control_of(control, env), ledger_of(ledger, env)
            begin_decision(params, own, asked, moved, wiring, actions[env])
    for _ in range(repeat):
        for env in range(first, last):
            if not skip[env] and not truncated[env]:
                own, asked, moved = state_of(state, env), control_of(control, env), ledger_of(ledger, env)
                befall(params, traces, own, asked, moved, wiring.attribution)
        for env in range(first, last):
            if not skip[env] and not truncated[env]:
                answer(params, state_of(state, env), control_of(control, env), ledger_of(ledger, env))
        for env in range(first, last):
            if not skip[env] and not truncated[env]:
                own, asked, moved = state_of(state, env), control_of(control, env), ledger_of(ledger, env)
                schedule(params, own, asked, moved, wiring.attribution)
        for env in range(first, last):
            if not skip[env] and not truncated[env]:
                consume(params, traces, state_of(state, env), control_of(control, env), ledger_of(ledger, env))
        for env in range(first, last):
            if not skip[env] and not truncated[env]:
                own, moved = state_of(state, env), ledger_of(ledger, env)
                truncated[env] = reckon(params, traces, own, moved, wiring.attribution)
    for env in range(first, last):
        if not skip[env]:
            own, asked, moved = state_of(state, env), control_of(control, env), ledger_of(ledger, env)
            reward[env] = end_decision(params, traces, own, moved, wiring, truncated[env])
            observe(params, traces, own, asked, moved, wiring, raw[first // BLOCK], observations[env])


@njit
def restart_one(params, traces, state, control, ledger, wiring, zero, seed, start, raw, observation, env):
    """The first state of an episode of environment `env`, and its observation."""
    own_state, own_control, own_ledger = state_of(state, env), control_of(control, env), ledger_of(ledger, env)
    reset(params, traces, own_state, own_control, own_ledger, wiring, zero, seed, start)
    observe(params, traces, own_state, own_control, own_ledger, wiring, raw, observation)


def build(digest: int) -> Entries:
    """Entry points that compile on first call, or load what was compiled from the same sources."""

    def make_step(parallel: bool) -> Any:
        @numba.njit(cache=True, parallel=parallel, **OPTIONS)
        def step(
            params, traces, state, control, ledger, wiring, actions, skip, repeat, raw, observations, reward, truncated
        ):
            """Advance every environment that is not skipped by one decision.

            actions [E, A], skip [E], raw [blocks, D] room for physical values; written: observations [E, D] float32,
            reward [E] in USD, truncated [E].
            """
            captured = digest, parallel  # noqa: F841
            for nth in numba.prange((len(skip) + BLOCK - 1) // BLOCK):
                step_block(
                    params,
                    traces,
                    state,
                    control,
                    ledger,
                    wiring,
                    actions,
                    skip,
                    repeat,
                    raw,
                    observations,
                    reward,
                    truncated,
                    nth * BLOCK,
                    min(nth * BLOCK + BLOCK, len(skip)),
                )

        return step

    @numba.njit(cache=True, **OPTIONS)
    def restart(params, traces, state, control, ledger, wiring, zero, chosen, seeds, starts, raw, observations):
        """Begin new episodes in the chosen environments and write their first observations."""
        captured = digest  # noqa: F841 - part of the cache key
        for env in range(len(chosen)):
            if chosen[env]:
                restart_one(
                    params,
                    traces,
                    state,
                    control,
                    ledger,
                    wiring,
                    zero,
                    seeds[env],
                    starts[env],
                    raw[0],
                    observations[env],
                    env,
                )

    return Entries(make_step(False), make_step(True), restart)


ENTRIES = build(source_digest())
