"""wattshift: hybrid cloud-edge fleets as Gymnasium environments.

`gymnasium.make("wattshift/Fleet-v0")` and `gymnasium.make_vec("wattshift/Fleet-v0", num_envs=64)` work once this
package is imported. Heavy parts (numba, the kernel) load on first use.
"""

from typing import TYPE_CHECKING, Any

import gymnasium

if TYPE_CHECKING:
    from .parallel import FleetParallelEnv

__version__ = "0.1.0"

__all__ = ["ENVIRONMENTS", "TASKS", "__version__", "parallel_env"]

TASKS = ("routing", "shifting", "dispatch", "cooling", "storage", "fleet")
"""Built-in tasks."""

ENVIRONMENTS = {f"wattshift/{_task.capitalize()}-v0": _task for _task in TASKS}
"""Registered ids, and the task that each stands for."""

for _id, _task in ENVIRONMENTS.items():
    gymnasium.register(
        id=_id,
        entry_point="wattshift.env:WattshiftEnv",
        vector_entry_point="wattshift.vector:WattshiftVectorEnv",
        kwargs={"task": _task},
    )


def parallel_env(task: Any = "fleet", **arguments: Any) -> "FleetParallelEnv":
    """The fleet as a PettingZoo `ParallelEnv` with agents for scheduling, routing, cooling and storage.

    Args:
        task: built-in name, YAML file, mapping or `Task`, whose slots are shared out among the agents.
        arguments: of `wattshift.world.World`.

    Raises:
        ImportError: PettingZoo is not installed.
    """
    from .parallel import FleetParallelEnv

    return FleetParallelEnv(task, **arguments)
