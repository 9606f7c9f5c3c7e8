"""`Policy`: the one interface through which heuristics and learned agents drive the environment."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World

Observation = NDArray[np.float32]
Action = NDArray[np.float32]
Mask = NDArray[np.bool_]


@runtime_checkable
class Policy(Protocol):
    """Decides for a whole batch of environments at once.

    Attributes:
        name: What tables and charts call it; unique among the policies of one evaluation.
    """

    name: str

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Begin episodes.

        Args:
            world: `env.unwrapped.world`; its layout and constants may be kept, its traces are not for policies.
            mask: bool [n], the environments that begin; None for all.
        """

    def act(self, observation: Observation, view: View) -> Action:
        """Choose the next decision.

        Args:
            observation: float32 [n, D]; all that a learned policy may use.
            view: the same moment in physical units with forecasts, for heuristics.

        Returns:
            float32 [n, A] in [-1, 1], of a discrete task its choices; zero leaves a slot to the autopilot.
        """
        ...
