"""`WattshiftVectorEnv`: a batch of environments advanced by one kernel call, in Gymnasium's three autoreset modes."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .choices import action_masks, set_points
from .env import EPISODE_SEEDS, reward_space, spaces, start_rows
from .world import World

Info = dict[str, Any]


class WattshiftVectorEnv(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """The native batch of `WattshiftEnv`: row i is, bit for bit, the single environment with the same seed.

    Spaces, rewards and episodes are those of `WattshiftEnv`. `info["terms"]` and `info["clipped"]` hold arrays
    [num_envs] by name; `info["kpi"]` the same for the environments whose episode ended, with Gymnasium's `_key` masks.

    Args:
        num_envs: environments in the batch.
        autoreset_mode: `NEXT_STEP` (default), `SAME_STEP` or `DISABLED`, as in Gymnasium. In `DISABLED`, reset ended
            environments with `options={"reset_mask": bool [num_envs]}`.
        vector_reward: rewards are [num_envs, terms], unsummed; `reward_space` is that of one environment.
        world: arguments of `World`, `parallel` among them.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}  # type: ignore[misc]

    def __init__(
        self,
        num_envs: int = 1,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: None = None,
        vector_reward: bool = False,
        **world: Any,
    ):
        if render_mode is not None:
            raise ValueError(f"render_mode: got {render_mode!r}, this environment draws nothing")
        try:
            self.autoreset_mode = AutoresetMode(autoreset_mode)
        except ValueError:
            allowed = ", ".join(repr(mode.value) for mode in AutoresetMode)
            raise ValueError(f"autoreset_mode: got {autoreset_mode!r}, must be one of {allowed}") from None
        self.metadata = {**type(self).metadata, "autoreset_mode": self.autoreset_mode}  # type: ignore[misc]
        self.world = World(n_envs=num_envs, **world)
        self.reward_scale_usd = self.world.reward_scale_usd
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.single_observation_space, self.single_action_space = spaces(self.world)
        self.vector_reward = vector_reward
        if vector_reward:
            self.reward_space = reward_space(self.world)
            self.reward_dim = len(self.world.reward_terms)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._all = np.ones(num_envs, np.bool_)
        self._none = np.zeros(num_envs, np.bool_)
        self._terminated = np.zeros(num_envs, np.bool_)
        self._ended = np.zeros(num_envs, np.bool_)
        self._begun = np.zeros(num_envs, np.bool_)
        self._generators: list[np.random.Generator] = [seeding.np_random()[0] for _ in range(num_envs)]

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, Info]:
        """Begin episodes, in all environments or those of `options["reset_mask"]`.

        Args:
            seed: environment i is seeded with seed + i, or with its entry of a list; None goes on with its generator.
            options: `start_row` (one or [num_envs]) fixes first rows of the traces; `reset_mask`.
        """
        chosen = self._mask(options)
        self._seed(seed, chosen)
        observation = self._begin(chosen, start_rows(options, self.num_envs))
        self._ended = self._ended & ~chosen
        return observation, {}

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Info]:
        """Advance all environments by one decision; those that ended are dealt with as the autoreset mode says."""
        if not self._begun.all():
            raise ResetNeeded(f"environment {np.argmin(self._begun)} has not begun: call reset() first")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any():
            raise ResetNeeded(f"environment {np.argmax(self._ended)} has ended: reset it with options['reset_mask']")
        idle = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else self._none
        observation, reward, truncated = self.world.step(set_points(self.world, actions), idle)
        if self.vector_reward:
            reward = self.world.rewards_by_term().astype(np.float32)
        info = self._step_info(~idle, truncated)
        if idle.any():
            observation = self._begin(idle, start_rows(None, self.num_envs))
        self._ended = truncated
        if self.autoreset_mode is AutoresetMode.SAME_STEP and truncated.any():
            final_info = self._step_info(truncated, truncated)
            info = self._step_info(~truncated, self._none)
            info |= {"final_info": final_info, "_final_info": truncated.copy()}
            info |= {"final_obs": _objects(observation, truncated), "_final_obs": truncated.copy()}
            observation = self._begin(truncated, start_rows(None, self.num_envs))
            self._ended = self._none
        return observation, reward, self._terminated.copy(), truncated.copy(), info

    def action_masks(self) -> np.ndarray:
        """Choices that may come about now, bool [num_envs, sum of choices]: see `wattshift.choices.action_masks`."""
        return action_masks(self.world)

    def _begin(self, chosen: np.ndarray, starts: np.ndarray) -> np.ndarray:
        seeds = np.zeros(self.num_envs, np.uint64)
        for env in np.flatnonzero(chosen):
            seeds[env] = self._generators[env].integers(EPISODE_SEEDS)
        self._begun |= chosen
        return self.world.begin(chosen, seeds, starts)

    def _mask(self, options: dict[str, Any] | None) -> np.ndarray:
        if options is None or "reset_mask" not in options:
            return self._all
        mask = options["reset_mask"]
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (self.num_envs,):
            raise ValueError(f"reset_mask: got {mask!r}, must be a bool array of shape ({self.num_envs},)")
        if not mask.any():
            raise ValueError("reset_mask: got no True, must choose at least one environment")
        return mask

    def _seed(self, seed: int | Sequence[int | None] | None, chosen: np.ndarray) -> None:
        if seed is None:
            return
        seeds = [seed + env for env in range(self.num_envs)] if isinstance(seed, int | np.integer) else list(seed)
        if len(seeds) != self.num_envs:
            raise ValueError(f"seed: got {len(seeds)} seeds, must be one per environment ({self.num_envs})")
        for env in np.flatnonzero(chosen):
            own = seeds[env]
            if own is not None:
                self._generators[env] = seeding.np_random(int(own))[0]

    def _step_info(self, stepped: np.ndarray, ended: np.ndarray) -> Info:
        """Terms and clipping of the environments that stepped, KPIs of those that ended, in Gymnasium's form."""
        info: Info = {}
        if stepped.any():
            info |= _group("terms", self.world.terms(), stepped)
            info |= _group("clipped", self.world.clipped(), stepped)
        if ended.any():
            envs = np.flatnonzero(ended)
            kpis = {}
            for name, values in self.world.kpis(envs).items():
                kpis[name] = np.zeros(self.num_envs)
                kpis[name][envs] = values
            info |= _group("kpi", kpis, ended)
        return info


def _group(key: str, values: dict[str, np.ndarray], mask: np.ndarray) -> Info:
    """`{key: {name: array, _name: mask}, _key: mask}`, zero where the mask is false."""
    if not mask.all():
        values = {name: np.where(mask, array, 0.0) for name, array in values.items()}
    masks = {f"_{name}": mask for name in values}
    return {key: {**values, **masks}, f"_{key}": mask}


def _objects(observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
    rows = np.full(len(mask), None, dtype=object)
    for env in np.flatnonzero(mask):
        rows[env] = observation[env].copy()
    return rows
