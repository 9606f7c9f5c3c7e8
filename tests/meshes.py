"""A small meshed world for tests of the network: four sites on a ring with a chord, big chips at one of them."""

import copy
from typing import Any

import numpy as np

from wattshift.scenario import load_scenario
from wattshift.world import World

TINY = load_scenario("tiny").model_dump(mode="json", exclude_none=True)

PLACES = {"hub": (43.7, -79.4), "east": (40.7, -74.0), "south": (38.9, -77.0), "west": (41.9, -87.6)}
LINKS = (("hub", "east"), ("east", "south"), ("south", "west"), ("west", "hub"), ("hub", "south"))

INSPECTION = {
    "summary": "Inspection by a model that only the hub can hold",
    "objective_ms": 800,
    "precision": "bf16",
    "tera_ops": 2,
    "efficiency": {"gpu": 0.35},
    "memory_gb": 40,
    "megabytes": 2.0,
    "residency_bound": False,
    "rate_per_s": {"east": 60, "south": 60, "west": 60},
}
REDUCTION = {"tera_ops": 0.2, "efficiency": {"gpu": 0.2}, "keep_share": 0.125, "memory_gb": 2}


def mesh(**requests: Any) -> dict[str, Any]:
    """The scenario as a mapping; keyword arguments change the class `inspection`."""
    cloud, edge = TINY["sites"]
    sites = []
    for name, (latitude, longitude) in PLACES.items():
        site = copy.deepcopy(cloud if name == "hub" else edge)
        site.pop("faults", None)
        sites.append(site | {"name": name, "latitude": latitude, "longitude": longitude})
    conversation = {**TINY["requests"]["conversation"], "rate_per_s": {"hub": 50, "east": 6}}
    preprocessing = TINY["jobs"]["preprocessing"]
    return {
        **TINY,
        "name": "mesh",
        "sites": sites,
        "links": [{"ends": list(ends), "kind": "regional"} for ends in LINKS],
        "requests": {"inspection": {**conversation, **INSPECTION, **requests}, "conversation": conversation},
        "jobs": {
            "training": {**TINY["jobs"]["training"], "rate_per_h": {"hub": 0.25}},
            "preprocessing": {**preprocessing, "rate_per_h": {"hub": 0.8, "south": 0.4}},
        },
    }


def mesh_world(n_envs: int = 1, document: dict[str, Any] | None = None, **arguments: Any) -> World:
    """A world on the mesh, six hours long, in which no link fails by itself."""
    world = World(n_envs, **{"scenario": document or mesh(), "episode_days": 0.25} | arguments)
    world.params.hazards["mtbf_h"] = np.inf
    return world
