"""wattshift: hybrid cloud-edge fleets as Gymnasium environments.

`gymnasium.make("wattshift/Fleet-v0")` and `gymnasium.make_vec("wattshift/Fleet-v0", num_envs=64)` work once this
package is imported. Heavy parts (numba, the kernel) load on first use.
"""

import gymnasium

__version__ = "0.1.0"

__all__ = ["__version__"]

gymnasium.register(
    id="wattshift/Fleet-v0",
    entry_point="wattshift.env:WattshiftEnv",
    vector_entry_point="wattshift.vector:WattshiftVectorEnv",
    kwargs={"task": "fleet"},
)
