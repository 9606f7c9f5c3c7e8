"""Worlds with changed workloads, and single jobs put on the table, for tests of jobs and attribution."""

import functools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from worlds import STEP_S, begin, traces_of

from wattshift.kernel.state import RUNNING, WAITING
from wattshift.scenario import Scenario, load_scenario
from wattshift.world import World

TORONTO, DALLAS = 0, 1
"""Sites of tiny."""
H100, CPU = 0, 1
"""Modules of tiny's Toronto: 32 and 16 chips."""
TRAINING, PREPROCESSING, PREPROCESSING_DALLAS = 0, 1, 2
"""Streams of tiny: the first two from Toronto."""

OFTEN = {"mtbf_h": 5.0, "mttr_h": 1.0}
"""Faults every few hours."""

ELASTIC = {"least_share": 0.25, "most_share": 2.0, "exponent": 0.8}


@functools.cache
def _scenario(changes: str) -> Scenario:
    document = json.loads(changes)
    by_site = document.pop("sites", {})
    unchanged = load_scenario("tiny").model_dump(mode="json", exclude_none=True)["sites"]
    sites = [site | by_site.get(site["name"], {}) for site in unchanged]
    return load_scenario({"extends": "tiny", "name": "changed", "sites": sites} | document)


def tiny_with(**changes: Any) -> Scenario:
    """The tiny scenario with changes, as in a file that extends it; `sites` maps the name of a site to its changes."""
    return _scenario(json.dumps(changes, sort_keys=True))


def failing_often(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same changes of tiny, and sites and the link fail every few hours."""
    sites = {name: {"faults": OFTEN} | changes.get("sites", {}).get(name, {}) for name in ("toronto", "dallas")}
    usual = [{"ends": ["toronto", "dallas"], "kind": "regional"}]
    links = [link | {"faults": OFTEN} for link in changes.get("links", usual)]
    return {**changes, "sites": sites, "links": links}


def changed_world(n_envs: int = 1, step_s: float = STEP_S, faulty: bool = False, **arguments: Any) -> World:
    """A world of six hours on tiny's year; `changes` of its scenario; faulty sites and links fail every few hours."""
    changes = arguments.pop("changes", {})
    defaults: dict[str, Any] = {"episode_days": 0.25, "traces": traces_of("tiny", step_s)}
    scenario = tiny_with(**(failing_often(changes) if faulty else changes))
    return World(n_envs, scenario=scenario, step_s=step_s, **(defaults | arguments))


def jobless_world(**arguments: Any) -> World:
    """An episode without any job, begun."""
    step_s = arguments.get("step_s", STEP_S)
    traces = traces_of("tiny", step_s)
    world = changed_world(traces=traces._replace(job_rate_per_h=np.zeros_like(traces.job_rate_per_h)), **arguments)
    begin(world, 0)
    world.state.episode["n_jobs"] = 0
    world.state.modules["held_chips"] = 0
    return world


def put_job(world: World, stream: int = TRAINING, gang: int = 8, module: int = H100, **fields: Any) -> int:
    """Put a job on the table of environment 0: running on its nominal gang for long; `status=WAITING` holds nothing."""
    nth = int(world.state.episode["n_jobs"][0])
    world.state.episode["n_jobs"][0] += 1
    job = world.state.jobs[0, nth]
    is_waiting = fields.get("status", RUNNING) == WAITING
    usual = {
        "stream": stream,
        "status": RUNNING,
        "gang": gang,
        "directive": 0,
        "held": 0 if is_waiting else gang,
        "module": -1 if is_waiting else module,
        "site": world.params.modules["site"][module],
        "work_h": 1000.0 * gang,
        "fresh_h": 0.0,
        "stage_gb": 0.0,
        "restart_h": 0.0,
        "deadline_h": 10_000.0,
        "slack_h": 9_000.0,
    }
    for name, value in (usual | fields).items():
        job[name] = value
    world.state.modules["held_chips"][0, module] += job["held"]
    return nth
