"""`FleetParallelEnv`: one fleet, driven by several agents at once, as a PettingZoo `ParallelEnv`.

Each agent is one of the built-in tasks: it drives the slots of that task which the whole task drives too, and sees the
blocks of that task, and the carbon budget if there is one. All share one world and one reward: what one wastes, all pay
for.
"""

from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box

try:
    from pettingzoo import ParallelEnv
except ImportError as problem:
    raise ImportError("wattshift.parallel_env needs PettingZoo: pip install 'wattshift[parallel]'") from problem

from .env import WattshiftEnv
from .kernel.observe import LIMIT, UNASKED_BLOCKS
from .tasks import load_task

ROLES = {"scheduling": "shifting", "routing": "routing", "cooling": "cooling", "storage": "storage"}
"""Agent -> built-in task whose slots and blocks are its own."""

Info = dict[str, Any]


class FleetParallelEnv(ParallelEnv[str, np.ndarray, np.ndarray]):
    """Agents `scheduling`, `routing`, `cooling` and `storage` over one fleet; without a slot in the task one is absent.

    All zero is the autopilot, bit for bit. Rewards are shared: every agent gets the task's. Episodes are truncated for
    all agents at once. `infos` hold `terms` and `clipped` at every step and `kpi` at the last, the same for all.

    Attributes:
        env: the single environment that all drive; `env.world` gives access to the world, and `state()` to all that
            any agent sees.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "wattshift_fleet_v0", "render_modes": [], "is_parallelizable": True}

    def __init__(self, task: Any = "fleet", render_mode: None = None, **world: Any):
        """Make the world.

        Args:
            task: built-in name, YAML file, mapping or `Task`; its slots are shared out, its objective is the reward.
            render_mode: none; nothing is drawn.
            world: arguments of `World`.

        Raises:
            ValueError: a slot of the task belongs to no agent, or an argument is out of range.
        """
        whole = load_task(task)
        roles = {agent: load_task(name) for agent, name in ROLES.items()}
        homeless = sorted(set(whole.drives) - {slot for role in roles.values() for slot in role.drives})
        if homeless:
            raise ValueError(f"task: the slots {', '.join(homeless)} belong to none of the agents {', '.join(ROLES)}")
        roles = {agent: role for agent, role in roles.items() if set(role.drives) & set(whole.drives)}
        blocks = dict.fromkeys(block for role in roles.values() for block in role.sees)
        self.env = WattshiftEnv(render_mode, task=whole.model_copy(update={"sees": tuple(blocks)}), **world)
        self.render_mode = render_mode
        self.possible_agents = list(roles)
        self.agents: list[str] = []
        layout = self.env.world.layout
        self._entries = {agent: _entries(layout.actions, role.drives) for agent, role in roles.items()}
        self._features = {
            agent: _entries(layout.slices, (*role.sees, *UNASKED_BLOCKS)) for agent, role in roles.items()
        }
        # One object for each agent: who seeds a space expects to find it seeded.
        self.action_spaces = {
            agent: Box(-1.0, 1.0, (len(entries),), np.float32) for agent, entries in self._entries.items()
        }
        self.observation_spaces = {
            agent: Box(-LIMIT, LIMIT, (len(features),), np.float32) for agent, features in self._features.items()
        }
        self.state_space = self.env.observation_space
        self._state = np.zeros(self.state_space.shape or (), np.float32)

    def observation_space(self, agent: str) -> Box:
        """What the agent sees."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box:
        """What the agent drives."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: Info | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Info]]:
        """Begin an episode; of `options` only `start_row` is read, as PettingZoo lets others be passed along."""
        start = {key: value for key, value in (options or {}).items() if key == "start_row"}
        self._state, _ = self.env.reset(seed=seed, options=start)
        self.agents = list(self.possible_agents)
        return self._observations(), {agent: {} for agent in self.agents}

    def step(
        self, actions: dict[str, np.ndarray]
    ) -> tuple[dict[str, np.ndarray], dict[str, float], dict[str, bool], dict[str, bool], dict[str, Info]]:
        """Advance by one decision of all agents.

        Raises:
            ValueError: an agent without an action, an action without an agent, or one of a wrong shape.
        """
        if set(actions) != set(self.agents):
            raise ValueError(f"actions: got those of {sorted(actions)}, must be of the agents {sorted(self.agents)}")
        joint = np.zeros(self.env.action_space.shape or (), np.float32)
        for agent, action in actions.items():
            own = np.asarray(action)
            if own.shape != self.action_spaces[agent].shape:
                raise ValueError(
                    f"actions[{agent!r}]: got shape {own.shape}, must be {self.action_spaces[agent].shape}"
                )
            joint[self._entries[agent]] = own
        self._state, reward, _, truncated, info = self.env.step(joint)
        agents = self.agents
        observations = self._observations()
        if truncated:
            self.agents = []
        return (
            observations,
            dict.fromkeys(agents, reward),
            dict.fromkeys(agents, False),
            dict.fromkeys(agents, truncated),
            {agent: dict(info) for agent in agents},
        )

    def state(self) -> np.ndarray:
        """All that any agent sees."""
        return self._state.copy()

    def render(self) -> None:
        """Nothing is drawn."""

    def close(self) -> None:
        """Nothing is held."""

    def _observations(self) -> dict[str, np.ndarray]:
        return {agent: self._state[self._features[agent]] for agent in self.agents}


def _entries(places: dict[str, slice], names: tuple[str, ...]) -> np.ndarray:
    """Indices of a role's slots or blocks, as far as there are any, in the order of the role."""
    own = [np.arange(places[name].start, places[name].stop) for name in names if name in places]
    return np.concatenate(own) if own else np.zeros(0, np.int64)
