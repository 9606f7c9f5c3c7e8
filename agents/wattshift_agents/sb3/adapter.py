"""`FleetVecEnv`: the native Gymnasium batch seen as a Stable-Baselines3 `VecEnv`, without a copy per environment."""

import time
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.vec_env.base_vec_env import VecEnv, VecEnvIndices

Info = dict[str, Any]


class FleetVecEnv(VecEnv):
    """A Gymnasium `VectorEnv` in SAME_STEP mode under the interface of Stable-Baselines3.

    Gives what `DummyVecEnv` over single environments gives, bit for bit, except that the info of an environment in
    the middle of an episode is empty. At an episode's end its info holds `terminal_observation`,
    `TimeLimit.truncated`, the environment's own final info (`kpi`, `terms`), and `episode` with the return `r`, the
    length `l` and the wall-clock seconds `t`, as `VecMonitor` would add. All arrays are fresh and writable: PPO adds
    to the rewards in place and keeps the observations.

    The batch is one object, so attributes are shared by all environments: `get_attr` repeats the value, `set_attr`
    accepts all environments only, and `env_method` calls once and hands out the rows of what it returns.

    Attributes:
        terms: The reward's terms of the last step, name -> USD [n], episode ends included.
    """

    _actions: np.ndarray

    def __init__(self, venv: gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
        """Wrap the batch.

        Args:
            venv: In autoreset mode SAME_STEP.

        Raises:
            ValueError: Another autoreset mode, whose steps would not mean what Stable-Baselines3 takes them for.
        """
        mode = venv.metadata.get("autoreset_mode")
        if mode is not AutoresetMode.SAME_STEP:
            raise ValueError(f"Stable-Baselines3 needs autoreset_mode SAME_STEP, the environment has {mode}")
        self.venv = venv  # VecEnv.__init__ asks for the render mode through get_attr
        self.terms: dict[str, NDArray[np.float64]] = {}
        self._begin_all(venv.num_envs)
        super().__init__(venv.num_envs, venv.single_observation_space, venv.single_action_space)

    def reset(self) -> np.ndarray:
        """Start an episode in every environment with the seeds and options set before; they serve once."""
        unseeded = all(seed is None for seed in self._seeds)
        seeds: Any = None if unseeded else list(self._seeds)  # Gymnasium's annotation leaves out one seed for each
        observation, info = self.venv.reset(seed=seeds, options=_batched(self._options))
        self._reset_seeds()
        self._reset_options()
        self._begin_all(self.num_envs)
        self.reset_infos = [row_of(info, env) for env in range(self.num_envs)]
        return np.array(observation)

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the actions, [n, A], for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[Info]]:
        """Step the batch.

        Returns:
            Observations [n, D] (of the new episode where one ended), rewards float32 [n], dones [n], infos.
        """
        observation, reward, terminated, truncated, info = self.venv.step(self._actions)
        done = terminated | truncated
        self._returns += reward
        self._lengths += 1
        self.terms = _merged_terms(info, done)
        infos: list[Info] = [{} for _ in range(self.num_envs)]
        for env in np.flatnonzero(done).tolist():
            infos[env] = self._final_info(env, info, bool(truncated[env] and not terminated[env]))
        return np.array(observation), reward.astype(np.float32), done.copy(), infos

    def _final_info(self, env: int, info: Info, truncated: bool) -> Info:
        """Close the books of an environment whose episode has just ended and been replaced by a new one."""
        final = row_of(info["final_info"], env)
        final["terminal_observation"] = np.array(info["final_obs"][env])
        final["TimeLimit.truncated"] = truncated
        now_s = time.perf_counter()
        final["episode"] = {
            "r": float(self._returns[env]),
            "l": int(self._lengths[env]),
            "t": round(now_s - self._born_s, 6),
        }
        self._returns[env], self._lengths[env] = 0.0, 0
        fresh = {key: value for key, value in info.items() if key not in ("final_info", "final_obs")}
        self.reset_infos[env] = row_of(fresh, env)
        return final

    def _begin_all(self, num_envs: int) -> None:
        self._returns = np.zeros(num_envs)
        self._lengths = np.zeros(num_envs, dtype=np.int64)
        self._born_s = time.perf_counter()

    def close(self) -> None:
        """Close the batch."""
        self.venv.close()

    def get_images(self) -> Sequence[np.ndarray | None]:
        """One frame for each environment."""
        frames: Any = self.venv.render()
        return list(frames)

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """The batch's attribute, once for each environment asked for."""
        value = getattr(self.venv if hasattr(self.venv, attr_name) else self.venv.unwrapped, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set an attribute of the batch.

        Raises:
            ValueError: Only some environments are named; they share one object.
        """
        if sorted(self._get_indices(indices)) != list(range(self.num_envs)):
            raise ValueError(f"{attr_name} belongs to the whole batch and cannot be set for some environments only")
        setattr(self.venv.unwrapped, attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: VecEnvIndices = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of the batch once; a result with one row for each environment is handed out by rows."""
        result = getattr(self.venv.unwrapped, method_name)(*method_args, **method_kwargs)
        by_rows = isinstance(result, np.ndarray | list | tuple) and len(result) == self.num_envs
        return [result[env] if by_rows else result for env in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: type[gymnasium.Wrapper], indices: VecEnvIndices = None) -> list[bool]:
        """No environment of a native batch is wrapped on its own."""
        return [False for _ in self._get_indices(indices)]


def row_of(info: Info, env: int) -> Info:
    """One environment's part of a vector environment's info: arrays by row, `_name` masks applied."""
    row: Info = {}
    for key, values in info.items():
        if key.startswith("_") or ("_" + key in info and not info["_" + key][env]):
            continue
        if isinstance(values, dict):
            row[key] = row_of(values, env)
        else:
            value = values[env]
            row[key] = value.item() if isinstance(value, np.generic) else value
    return row


def _merged_terms(info: Info, done: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    """Terms of the step just made, from the running episodes' info and the finished ones' final info."""
    running: Info = info.get("terms", {})
    final: Info = info.get("final_info", {}).get("terms", {})
    names = [name for name in (final or running) if not name.startswith("_")]
    if not final:
        return {name: np.array(running[name], dtype=np.float64) for name in names}
    return {name: np.asarray(np.where(done, final[name], running.get(name, 0.0))) for name in names}


def _batched(options: list[dict[str, Any]]) -> dict[str, Any] | None:
    """One dict of arrays [n] from Stable-Baselines3's dict for each environment."""
    keys = {key for single in options for key in single}
    if any(set(single) != keys for single in options):
        raise ValueError(f"reset options must name the same keys in every environment, got {sorted(keys)} in some")
    return {key: np.array([single[key] for single in options]) for key in sorted(keys)} or None
