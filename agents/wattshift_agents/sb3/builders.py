"""Algorithms by name, and which of them fits a task."""

from gymnasium import spaces

from wattshift_agents.config import AGENT_SCHEMAS
from wattshift_agents.errors import SettingsError, closest
from wattshift_agents.sb3.algorithm import Algorithm
from wattshift_agents.sb3.levels import choices_of
from wattshift_agents.sb3.off_policy import build_dqn, build_sac, dqn_network, sac_network
from wattshift_agents.sb3.on_policy import (
    build_equivariant,
    build_maskable,
    build_ppo,
    equivariant_network,
    maskable_network,
    ppo_network,
)

_CHOICES = (spaces.Discrete, spaces.MultiDiscrete)

ALGORITHMS: dict[str, Algorithm] = {
    "ppo": Algorithm(AGENT_SCHEMAS["ppo"], build_ppo, ppo_network, ("hidden",), (spaces.Box, *_CHOICES)),
    "ppo_equivariant": Algorithm(
        AGENT_SCHEMAS["ppo_equivariant"],
        build_equivariant,
        equivariant_network,
        ("width", "heads", "layers"),
        is_portable=True,
    ),
    "maskable_ppo": Algorithm(
        AGENT_SCHEMAS["maskable_ppo"],
        build_maskable,
        maskable_network,
        ("hidden", "job_width"),
        _CHOICES,
        is_masked=True,
    ),
    "sac": Algorithm(AGENT_SCHEMAS["sac"], build_sac, sac_network, ("hidden",)),
    "dqn": Algorithm(AGENT_SCHEMAS["dqn"], build_dqn, dqn_network, ("hidden", "levels"), choices=choices_of),
}
"""Every algorithm by its name."""


def algorithm(name: str) -> Algorithm:
    """The algorithm of that name.

    Raises:
        SettingsError: There is none.
    """
    if name not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise SettingsError(f'agent.algorithm: no algorithm "{name}".{closest(name, ALGORITHMS)} Known: {known}')
    return ALGORITHMS[name]


def check_drives(name: str, action: spaces.Space) -> None:
    """Refuse an action space that an algorithm cannot drive.

    Raises:
        SettingsError: Names those that can.
    """
    if not isinstance(action, algorithm(name).drives):
        fitting = ", ".join(other for other, kind in ALGORITHMS.items() if isinstance(action, kind.drives))
        raise SettingsError(
            f"agent.algorithm: {name} cannot drive {type(action).__name__} actions; those that can: {fitting}"
        )
