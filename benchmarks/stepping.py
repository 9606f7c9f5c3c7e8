"""Cases of plain stepping: the kernel itself, the native batch, and the single environment."""

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
from measure import Case

import wattshift  # noqa: F401  (registers the environments)
from wattshift.kernel.entry import ENTRIES
from wattshift.world import World

ENVIRONMENT = "wattshift/Fleet-v0"
SCENARIO = "hybrid"
DRAWN = 64
"""Random actions drawn beforehand, then used in turn."""

EPISODES_OF_SINGLE = 16
"""Episodes that the single environment plays in a round; a batch plays one in each of its environments."""


def stepping_cases(world: World) -> Iterator[Case]:
    """Every way to step, under random and under zero actions; a round is whole episodes, resets included.

    Args:
        world: gives traces and episode length, so that all cases share them.
    """
    decisions = world.steps_per_episode
    arguments: dict[str, Any] = {
        "scenario": world.scenario,
        "traces": world.traces,
        "episode_days": decisions * world.traces.step_s / 86400.0,
    }
    for actions in ("random", "zero"):
        kernel = RawKernel(World(64, **arguments))
        yield Case("kernel alone", 64, actions, kernel.player(_actions(actions, (64, kernel.n_actions)), decisions))
        for num_envs in (64, 256):
            batch = gymnasium.make_vec(ENVIRONMENT, num_envs=num_envs, autoreset_mode="SameStep", **arguments)
            batch.reset(seed=0)
            drawn = _actions(actions, batch.action_space.shape)
            yield Case("make_vec", num_envs, actions, _batch_player(batch, drawn, decisions))
        single = gymnasium.make(ENVIRONMENT, **arguments)
        single.reset(seed=0)
        drawn = _actions(actions, single.action_space.shape)
        yield Case("make", 1, actions, _single_player(single, drawn, EPISODES_OF_SINGLE * decisions))


class RawKernel:
    """The compiled entry points on a world's arrays, without a copy or a check around them."""

    def __init__(self, world: World):
        self.n_envs = world.n_envs
        self.n_actions = len(world.layout.action_names)
        size = len(world.layout.features)
        self.tables = (
            world.params,
            world.traces,
            world.state,
            world.control,
            world.ledger,
            world.layout.wiring(accrual=False),
        )
        self.written = (np.zeros((self.n_envs, size)), np.zeros((self.n_envs, size), np.float32))
        self.reward_usd = np.zeros(self.n_envs)
        self.truncated = np.zeros(self.n_envs, np.bool_)
        self.generator = np.random.default_rng(0)
        self.begin(np.ones(self.n_envs, np.bool_))

    def begin(self, chosen: np.ndarray) -> None:
        """Begin new episodes where chosen, [E] bool."""
        seeds = self.generator.integers(2**63, size=self.n_envs).astype(np.uint64)
        starts = np.full(self.n_envs, -1)
        ENTRIES.restart(*self.tables, np.zeros(self.n_actions, np.float32), chosen, seeds, starts, *self.written)

    def player(self, drawn: np.ndarray, decisions: int) -> Callable[[], int]:
        """A round of so many decisions of every environment."""
        nobody = np.zeros(self.n_envs, np.bool_)

        def play() -> int:
            for nth in range(decisions):
                ENTRIES.step(
                    *self.tables, drawn[nth % DRAWN], nobody, 1, *self.written, self.reward_usd, self.truncated
                )
                if self.truncated.any():
                    self.begin(self.truncated)
            return decisions * self.n_envs

        return play


def _actions(kind: str, shape: tuple[int, ...] | None) -> np.ndarray:
    """`DRAWN` actions [DRAWN, *shape] float32, uniform in [-1, 1] or zero."""
    size = (DRAWN, *(shape or ()))
    if kind == "zero":
        return np.zeros(size, np.float32)
    return np.random.default_rng(0).uniform(-1.0, 1.0, size).astype(np.float32)


def _batch_player(batch: gymnasium.vector.VectorEnv, drawn: np.ndarray, decisions: int) -> Callable[[], int]:
    def play() -> int:
        for nth in range(decisions):
            batch.step(drawn[nth % DRAWN])
        return decisions * batch.num_envs

    return play


def _single_player(env: gymnasium.Env, drawn: np.ndarray, decisions: int) -> Callable[[], int]:
    def play() -> int:
        for nth in range(decisions):
            _, _, _, truncated, _ = env.step(drawn[nth % DRAWN])
            if truncated:
                env.reset()
        return decisions

    return play
