"""wattshift: hybrid cloud-edge fleets as Gymnasium environments.

`gymnasium.make("wattshift/Fleet-v0")` and `gymnasium.make_vec("wattshift/Fleet-v0", num_envs=64)` work once this
package is imported. Heavy parts (numba, the kernel) load on first use.
"""

import gymnasium

__version__ = "0.1.0"

__all__ = ["TASKS", "__version__"]

TASKS = ("routing", "shifting", "cooling", "storage", "fleet")
"""Built-in tasks, each registered as `wattshift/<Name>-v0`."""

for _task in TASKS:
    gymnasium.register(
        id=f"wattshift/{_task.capitalize()}-v0",
        entry_point="wattshift.env:WattshiftEnv",
        vector_entry_point="wattshift.vector:WattshiftVectorEnv",
        kwargs={"task": _task},
    )
