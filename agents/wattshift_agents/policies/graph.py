"""`Graph`: what in an observation and an action belongs to which site, module, link, flow and class of jobs.

A flat network learns by position which entry is whose, and that a module holds GPUs. One that treats all alike must be
told: by the indices here, and by nameplates, constants of the scenario that stand in its YAML file.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.terms import SLOT_AXES
from wattshift_agents.policies.nameplates import Floats, nameplates

if TYPE_CHECKING:
    from wattshift.world import World

Ints = NDArray[np.int64]

PER_SITE = ("sites", "forecast", "weather_forecast")
"""Blocks of the observation with equally many entries for each site, site by site."""
PER_FLOW = ("requests", "demand_forecast")
"""The same for each flow of requests."""
PER_JOB_CLASS = 3
"""Entries of the block of jobs for each class; what follows them is about all jobs."""
EMPTY: Ints = np.zeros((0, 0), np.int64)


class Nodes(NamedTuple):
    """Things of one kind."""

    entries: Ints  # [N, K] places in the observation
    nameplate: Floats  # [N, P] constants of the scenario, about -1 to 1


class Slot(NamedTuple):
    """One slot of the action."""

    name: str
    axis: str  # what it has entries for: sites, batteries, modules or links
    owners: Ints  # [entries] the site, module or link of each entry


class Graph(NamedTuple):
    """The things of a scenario, how they hang together, and what a task shows and drives of them."""

    everywhere: Ints  # [K] places of what belongs to nothing: the clock, the carbon budget, all jobs by slack
    sites: Nodes
    modules: Nodes
    links: Nodes
    flows: Nodes
    job_classes: Nodes
    site_of_module: Ints  # [M]
    site_of_flow: Ints  # [F] where its users are
    sites_of_link: Ints  # [L, 2]
    slots: tuple[Slot, ...]  # in the order of the action


def graph_of(world: "World") -> Graph:
    """The graph of a world's scenario and task."""
    params = world.params
    plates = nameplates(params)
    entries = {
        "sites": _entries(world, PER_SITE, len(params.sites)),
        "modules": _entries(world, ("modules",), len(params.modules)),
        "links": _entries(world, ("links",), len(params.links)),
        "flows": _entries(world, PER_FLOW, len(params.flows)),
        "job_classes": np.zeros((len(params.job_classes), 0), np.int64),
    }
    everywhere = np.concatenate([_block(world, "clock"), _block(world, "budget")])
    jobs = _block(world, "jobs")
    if len(jobs):
        by_class = len(params.job_classes) * PER_JOB_CLASS
        entries["job_classes"] = jobs[:by_class].reshape(len(params.job_classes), PER_JOB_CLASS)
        everywhere = np.concatenate([everywhere, jobs[by_class:]])
    owners = {
        "sites": np.arange(len(params.sites)),
        "batteries": np.flatnonzero(params.sites["battery_kwh"] > 0.0),
        "modules": np.arange(len(params.modules)),
        "links": np.arange(len(params.links)),
    }
    return Graph(
        everywhere=everywhere,
        **{kind: Nodes(entries[kind], plates[kind]) for kind in plates},
        site_of_module=params.modules["site"].copy(),
        site_of_flow=params.flows["origin"].copy(),
        sites_of_link=params.links["ends"].copy(),
        slots=tuple(Slot(name, SLOT_AXES[name], owners[SLOT_AXES[name]]) for name in world.layout.actions),
    )


def _block(world: "World", name: str) -> Ints:
    """Places of a block's entries, none where the task does not show it."""
    place = world.layout.slices.get(name, slice(0, 0))
    return np.arange(place.start, place.stop)


def _entries(world: "World", blocks: tuple[str, ...], count: int) -> Ints:
    """`[count, K]` places of the entries of each thing in blocks that list them thing by thing."""
    return np.concatenate([_block(world, name).reshape(count, -1) if count else EMPTY for name in blocks], axis=1)
