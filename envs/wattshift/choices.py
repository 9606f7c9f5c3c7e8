"""Discrete actions: choices of single jobs over the dispatch slot, and the masks of sb3-contrib's convention.

No second physics: a choice is an entry of the slot, and a mask is read from the observation that the kernel wrote.
"""

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete

from .kernel.state import FIRST_SITE
from .kernel.terms import N_PENDING
from .world import World

Masks = np.ndarray


def action_space(world: World) -> Box | MultiDiscrete:
    """Of one environment: a Box over the slots, or of a discrete task the choices.

    For each of the jobs shown: 0 = the autopilot decides, 1 = not before the next decision, 2 + s = only at site s.
    Then for all other jobs together: 0 = the autopilot decides, 1 = not before the next decision.
    """
    if not world.task.discrete:
        return Box(-1.0, 1.0, (len(world.layout.action_names),), np.float32)
    return MultiDiscrete(_choices(world))


def set_points(world: World, actions: np.ndarray) -> np.ndarray:
    """[E, A] of the slot for choices [E, A]; of a Box task the action as it is.

    Raises:
        ValueError: a choice that is no whole number, or none of those there are.
    """
    if not world.task.discrete:
        return actions
    n_choices = _choices(world)
    given = np.asarray(actions)
    if given.shape != (world.n_envs, len(n_choices)):
        raise ValueError(f"action: got shape {given.shape}, must be {(world.n_envs, len(n_choices))}")
    if given.dtype.kind not in "fiub":
        raise ValueError(f"action: got {given.dtype}, must be numbers")
    wrong = (given != np.floor(given)) | (given < 0) | (given >= n_choices)
    if wrong.any():
        env, entry = np.argwhere(wrong)[0]
        name, last = world.layout.action_names[entry], n_choices[entry] - 1
        raise ValueError(f"action: entry {name!r} of environment {env} is {given[env, entry]}, must be 0..{last}")
    return (given / (n_choices - 1.0)).astype(np.float32)


def action_masks(world: World) -> Masks:
    """[E, sum of choices] bool: which choices may come about; those of job 1 first, then of job 2, ..., of all others.

    Leaving a job to the autopilot or putting it off is always allowed; a site is if the gang could start there now.

    Raises:
        ValueError: the task has no discrete actions.
    """
    if not world.task.discrete:
        raise ValueError("action_masks: the task has a Box of actions, nothing of which is masked")
    n_sites = len(world.params.sites)
    pending = world.observation[:, world.layout.slices["pending"]]
    is_open = pending.reshape(world.n_envs, N_PENDING, -1)[:, :, -n_sites:] > 0.5
    always = np.ones((world.n_envs, N_PENDING, FIRST_SITE), np.bool_)
    of_jobs = np.concatenate([always, is_open], axis=2).reshape(world.n_envs, -1)
    return np.concatenate([of_jobs, np.ones((world.n_envs, 2), np.bool_)], axis=1)


def _choices(world: World) -> np.ndarray:
    return np.array([len(world.params.sites) + FIRST_SITE] * N_PENDING + [2])
