"""Kernel and oracle from the same moment, and how far they part: the worst relative difference of every field."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from oracle.fleet import Fleet, Record
from oracle.reading import job_record, read
from oracle.step import Rules, begin, decide
from wattshift.kernel.terms import SLOTS, SUMS, TERMS
from wattshift.world import World

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Two numbers agree within the one or the other; a difference of `RELATIVE` means: just agreed."""

MAGNITUDE = {"heat_stored_kw": 1.0, "heat_removed_kw": 1.0, "latency_count": 1.0}
"""Least magnitude, in the field's unit, against which a difference counts, where a field may be a small difference of
large numbers: the heat that a loop stores is mass x (temperature after - before) / step."""

NAMED = {"terms_usd": TERMS, "cost_usd": TERMS, "sums": SUMS, "clipped": SLOTS}
"""Columns of the totals that are lists, and what they list."""

SCRATCH = ("largest_gang", "allowed_chips")
"""Columns in which the scheduler notes bounds of its search: nothing of the world."""

Differences = dict[str, float]


def compare(world: World, env: int, action: np.ndarray) -> Differences:
    """Take one decision in one environment with both, and compare all that either has written.

    Args:
        world: steps only the environment `env`.
        env: which.
        action: [A], any size; what lies beyond [-1, 1] is clipped and counted.

    Returns:
        Worst relative difference by field, `table.column`; inf where integers differ.
    """
    fleet = read_world(world, env)
    asked = np.zeros((world.n_envs, len(action)), np.float32)
    asked[env] = action
    _, reward, truncated = world.step(asked, np.arange(world.n_envs) != env)
    reward_usd, is_over = decide(fleet, world.traces, rules_of(world), asked[env].tolist())
    return {
        "reward": apart(reward_usd / world.reward_scale_usd, float(reward[env])),
        "truncated": apart(int(is_over), int(truncated[env])),
        **differences(fleet, world, env),
    }


def compare_begin(world: World, env: int, seed: int, start: int = -1) -> Differences:
    """Begin an episode with both, and compare."""
    fleet = read_world(world, env)
    chosen = np.arange(world.n_envs) == env
    world.begin(chosen, np.full(world.n_envs, seed, np.uint64), np.full(world.n_envs, start))
    begin(fleet, world.traces, rules_of(world), seed, start)
    return differences(fleet, world, env)


def read_world(world: World, env: int) -> Fleet:
    return read(world.params, world.state, world.control, world.ledger, env, world._wiring.attribution)


def rules_of(world: World) -> Rules:
    return Rules(world.layout.actions, world.task.pays, world.decision_every, world._wiring.accrual)


def differences(fleet: Fleet, world: World, env: int) -> Differences:
    """Of every column of `State`, `Control` and `Ledger`; missing columns and rows raise."""
    worst: Differences = {}
    for name, ours, theirs in tables(fleet, world, env):
        rows = list(ours)
        if len(rows) != len(theirs):
            raise AssertionError(f"{name}: {len(rows)} rows, the kernel has {len(theirs)}")
        for column in theirs.dtype.names:
            if column in SCRATCH:
                continue
            for row, their in zip(rows, theirs, strict=True):
                for label, our_value, their_value in parts(column, getattr(row, column), their[column].tolist()):
                    found = worst_of(our_value, their_value, MAGNITUDE.get(column, 0.0))
                    worst[f"{name}.{label}"] = max(worst.get(f"{name}.{label}", 0.0), found)
    for name, ours, theirs in (
        ("state.latency_count", fleet.latency_count, world.state.latency_count),
        ("ledger.job_chips", [module.job_chips for module in fleet.modules], world.ledger.job_chips),
        ("ledger.job_gbps", [link.job_gbps for link in fleet.links], world.ledger.job_gbps),
    ):
        worst[name] = worst_of(ours, theirs[env].tolist(), MAGNITUDE.get(name.partition(".")[2], 0.0))
    return worst


def parts(column: str, ours: Any, theirs: Any) -> Iterator[tuple[str, Any, Any]]:
    """A column's label and values; of those that list named things, each by its name."""
    if column not in NAMED or not isinstance(theirs, list):  # sites have a `cost_usd` of their own
        yield column, ours, theirs
        return
    for name, our_value, their_value in zip(NAMED[column], ours, theirs, strict=True):
        yield f"{column}.{name}", our_value, their_value


def tables(fleet: Fleet, world: World, env: int) -> Iterator[tuple[str, Iterable[Record], np.ndarray]]:
    """Name, the oracle's rows, the kernel's rows; checks that no table of the world is left out."""
    state, control, ledger = (
        {name: table[env] for name, table in group._asdict().items()}
        for group in (world.state, world.control, world.ledger)
    )
    for table in (state.pop("latency_count"), ledger.pop("job_chips"), ledger.pop("job_gbps")):
        assert table.dtype.names is None  # compared by itself
    yield "state.episode", [fleet.episode], np.atleast_1d(state.pop("episode"))
    yield "state.sites", (site.state for site in fleet.sites), state.pop("sites")
    yield "state.modules", (module.state for module in fleet.modules), state.pop("modules")
    yield "state.links", (link.state for link in fleet.links), state.pop("links")
    yield "state.hazards", (hazard.state for hazard in fleet.hazards), state.pop("hazards")
    paths = state.pop("paths").reshape(-1)
    yield "state.paths", (path.state for row in fleet.paths for path in row), paths
    yield "state.jobs", map(job_record, fleet.jobs), state.pop("jobs")[: world.state.episode["n_jobs"][env]]
    yield "state.streams", (stream.state for stream in fleet.streams), state.pop("streams")
    yield "control.sites", (site.wanted for site in fleet.sites), control.pop("sites")
    yield "control.modules", (module.wanted for module in fleet.modules), control.pop("modules")
    yield "control.links", (link.wanted for link in fleet.links), control.pop("links")
    yield "ledger.totals", [fleet.totals], np.atleast_1d(ledger.pop("totals"))
    yield "ledger.sites", (site.moved for site in fleet.sites), ledger.pop("sites")
    yield "ledger.modules", (module.moved for module in fleet.modules), ledger.pop("modules")
    yield "ledger.links", (link.moved for link in fleet.links), ledger.pop("links")
    yield "ledger.flows", (flow.moved for flow in fleet.flows), ledger.pop("flows")
    routes = ledger.pop("routes")
    for flow in fleet.flows:
        n_candidates = len(flow.candidates)
        yield "ledger.routes", (candidate.moved for candidate in flow.candidates), routes[flow.nth, :n_candidates]
    yield "ledger.requests", (kind.moved for kind in fleet.request_classes), ledger.pop("requests")
    yield "ledger.jobs", (kind.moved for kind in fleet.job_classes), ledger.pop("jobs")
    ledger.pop("streams")  # scratch of the scheduler
    left_out = [*state, *control, *ledger]
    if left_out:
        raise AssertionError(f"tables that the oracle does not know: {left_out}")


def worst_of(ours: Any, theirs: Any, magnitude: float = 0.0) -> float:
    """Of two nested lists of numbers of the same shape."""
    if isinstance(theirs, list):
        return max((worst_of(a, b, magnitude) for a, b in zip(ours, theirs, strict=True)), default=0.0)
    return apart(ours, theirs, magnitude)


def apart(ours: float, theirs: float, magnitude: float = 0.0) -> float:
    """Relative difference, absolute near zero; inf where integers differ or a number is none."""
    if isinstance(theirs, int):
        return 0.0 if ours == theirs else math.inf
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return math.inf
    return abs(ours - theirs) / max(abs(ours), abs(theirs), magnitude, ABSOLUTE / RELATIVE)
