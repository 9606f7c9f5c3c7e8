"""What happens to an episode whatever is done in it: arrivals, jobs and faults, drawn by the kernel's own stages."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.arrivals import backlog, job_arrivals, request_arrivals
from wattshift.kernel.choose import choose_paths, reset_paths
from wattshift.kernel.faults import faults
from wattshift.kernel.jit import compiled, njit
from wattshift.kernel.rng import START, uniform
from wattshift.kernel.slices import control_of, ledger_of, read, state_of
from wattshift.kernel.state import new_control, new_ledger, new_state

if TYPE_CHECKING:
    from wattshift.world import World

ROOM = 4096
"""Jobs for which room is made at first; doubled until all arrivals of the episode fit."""


class Episode(NamedTuple):
    """Draws of one episode; axes: H steps, S sites, M modules, F flows, N jobs."""

    start: int  # first row of the traces
    site_up: NDArray[np.bool_]  # [H, S]
    feed_up: NDArray[np.bool_]  # [H, S]
    in_service: NDArray[np.bool_]  # [H, M] neither the module nor its site is out of service; it may yet trip
    cooling_up: NDArray[np.bool_]  # [H, M]
    failed_chips: NDArray[np.int64]  # [H, M]
    requests_per_s: NDArray[np.float64]  # [H, F]
    jobs: NDArray[np.void]  # [N] JOB records as they arrive
    arrival_step: NDArray[np.int64]  # [N]
    n_backlog: int  # the first of them stand on the table when the episode begins
    paths: NDArray[
        np.int8
    ]  # [H, S, S] candidate path that two sites use as long as no action moves links; -1 = cut off


def draw_episode(world: "World", seed: int, start: int) -> Episode:
    """Draw the episode that `world.begin` would begin with this seed and start row (negative: drawn from the seed)."""
    steps = world.steps_per_episode
    seed_bits = np.uint64(seed)
    if start < 0:
        with np.errstate(over="ignore"):
            start = int(uniform(seed_bits, START, 0, 0) * (len(world.traces.clock) - steps))
    room = ROOM
    while True:
        drawn = _draw(world, seed_bits, start, room)
        if drawn is not None:
            return drawn
        room *= 2


def _draw(world: "World", seed: np.uint64, start: int, room: int) -> Episode | None:
    params, steps = world.params, world.steps_per_episode
    state, ledger = new_state(params, 1, room, steps), new_ledger(params, 1)
    state.episode["seed"], state.episode["start"] = seed, start
    state.sites["up"] = state.sites["feed_up"] = 1
    state.modules["in_service"] = state.modules["cooling_up"] = state.links["up"] = 1
    state.streams["hour"], state.streams["burst"] = -1, 1.0
    sites, modules, flows = len(params.sites), len(params.modules), len(params.flows)
    site_rows = np.zeros((2, steps, sites), np.int64)
    module_rows = np.zeros((3, steps, modules), np.int64)
    requests_per_s = np.zeros((steps, flows))
    n_jobs = np.zeros(steps + 1, np.int64)
    paths = np.zeros((steps, sites, sites), np.int8)
    control, table = new_control(params, 1), world.state.jobs.shape[1]
    _live_compiled(
        params, world.traces, state, control, ledger, table, site_rows, module_rows, requests_per_s, n_jobs, paths
    )
    if n_jobs[-1] >= room:
        return None
    site_up = site_rows[0] == 1
    arrival_step = np.repeat(np.arange(-1, steps), np.diff(n_jobs, prepend=0))
    return Episode(
        start=start,
        site_up=site_up,
        feed_up=site_rows[1] == 1,
        in_service=(module_rows[0] == 1) & site_up[:, params.modules["site"]],
        cooling_up=module_rows[1] == 1,
        failed_chips=module_rows[2],
        requests_per_s=requests_per_s,
        jobs=state.jobs[0, : n_jobs[-1]].copy(),
        arrival_step=np.maximum(arrival_step, 0),
        n_backlog=int(n_jobs[0]),
        paths=paths,
    )


@njit
def _live(
    params: Any,
    traces: Any,
    states: Any,
    controls: Any,
    ledgers: Any,
    table: Any,
    site_rows: Any,
    module_rows: Any,
    requests_per_s: Any,
    n_jobs: Any,
    paths: Any,
) -> None:
    """Pass the whole episode without doing anything in it; what does not fit the table at its start never counts."""
    state, control, ledger = state_of(states, 0), control_of(controls, 0), ledger_of(ledgers, 0)
    episode = state.episode[0]
    reset_paths(params, state)
    backlog(params, traces, read(traces, episode.start), state, ledger)
    episode.n_jobs = min(episode.n_jobs, table)
    n_jobs[0] = episode.n_jobs
    for step in range(len(requests_per_s)):
        episode.step = step
        now = read(traces, episode.start + step)
        faults(params, state)
        choose_paths(params, state, control, ledger)
        request_arrivals(params, now, state, ledger)
        job_arrivals(params, now, state, ledger)
        n_jobs[step + 1] = episode.n_jobs
        for nth in range(len(params.sites)):
            site_rows[0, step, nth] = state.sites[nth].up
            site_rows[1, step, nth] = state.sites[nth].feed_up
        for nth in range(len(params.modules)):
            module_rows[0, step, nth] = state.modules[nth].in_service
            module_rows[1, step, nth] = state.modules[nth].cooling_up
            module_rows[2, step, nth] = state.modules[nth].failed_chips
        for nth in range(len(params.flows)):
            requests_per_s[step, nth] = ledger.flows[nth].per_s
        for origin in range(len(params.sites)):
            for target in range(len(params.sites)):
                paths[step, origin, target] = state.paths[origin, target].nth


_live_compiled = compiled(_live)
