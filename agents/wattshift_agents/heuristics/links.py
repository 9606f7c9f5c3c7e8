"""Policies for the network: which links sleep."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World

WISH_TO_SLEEP = -1.0
"""Value of the links slot that makes a link look far, and asks it to sleep."""


class SleepingLinks(Heuristic):
    """Redundant links sleep while the network is idle enough for the others to carry their load.

    One link more falls asleep in a decision, if every pair of sites keeps a path over awake links and the fullest of
    these would stay below `fill` with the sleeper's load on top; of such links the one that saves most power, then the
    emptiest. When some link exceeds `busy`, the last one to fall asleep wakes. What sleeps is remembered from decision
    to decision. Consolidating traffic to sleep the rest is the idea of Chabarek et al. (INFOCOM 2008) and GreenTE
    (Zhang et al., ICNP 2010).

    Args:
        fill: Utilisation of the fullest link up to which others may fall asleep.
        busy: Utilisation above which one wakes.
        idle_below: A link sleeps only if its own utilisation is below this; 1 moves traffic off any link, little
            leaves the traffic where it is and sleeps what hardly carries any.
    """

    name = "sleeping-links"
    source = "Chabarek et al., INFOCOM 2008; GreenTE, Zhang et al., ICNP 2010"
    looks_at = "utilisation of links"

    def __init__(self, fill: float = 0.5, busy: float = 0.75, idle_below: float = 1.0):
        if not 0.0 < fill <= busy < 1.0:
            raise ValueError(f"fill, busy: got {fill} and {busy}, must hold 0 < fill <= busy < 1")
        self.fill_to = fill
        self.busy = busy
        self.idle_below = idle_below

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the network, and wake all links of the environments that begin."""
        super().reset(world, mask)
        params = world.params
        if mask is None:
            self.sleepers: list[list[int]] = [[] for _ in range(world.n_envs)]
        else:
            for env in np.flatnonzero(mask):
                self.sleepers[env] = []
        self.capacity_gbps = params.links["capacity_gbps"]
        self.saved_kw = params.links["idle_kw"] - params.links["sleep_kw"]
        hops = params.path_links[params.pairs["first"], params.pairs["second"]]
        self.exists = np.isfinite(params.path_ms[params.pairs["first"], params.pairs["second"]])
        self.uses = (hops[..., None] == np.arange(len(params.links))).any(axis=2)

    def decide(self, action: Action, view: View) -> None:
        """Let one link of each environment fall asleep or wake."""
        if "links" not in self.slots:
            return
        wishes = action[:, self.slots["links"]]
        for env, utilisation in enumerate(view.link_utilisation):
            sleepers = self.sleepers[env]
            if sleepers and utilisation.max() > self.busy:
                sleepers.pop()
            elif (link := self._next(utilisation, sleepers)) is not None:
                sleepers.append(link)
            wishes[env, sleepers] = WISH_TO_SLEEP

    def _next(self, utilisation: Floats, sleepers: list[int]) -> int | None:
        """The link to fall asleep next, if any."""
        awake = np.setdiff1d(np.arange(len(utilisation)), sleepers)
        if len(awake) < 2:
            return None
        fullest = awake[utilisation[awake].argmax()]
        load_gbps = utilisation * self.capacity_gbps
        by_saving = np.lexsort((utilisation[awake], -self.saved_kw[awake]))
        for link in awake[by_saving]:
            moved_share = (load_gbps[link] if link != fullest else 0.0) / self.capacity_gbps[fullest]
            if utilisation[link] >= self.idle_below or utilisation[fullest] + moved_share > self.fill_to:
                continue
            if self._leaves_paths([*sleepers, int(link)]):
                return int(link)
        return None

    def _leaves_paths(self, sleepers: list[int]) -> bool:
        """Whether every pair of sites keeps a candidate path over other links."""
        passable: NDArray[np.bool_] = self.exists & ~self.uses[..., sleepers].any(axis=2)
        return bool(passable.any(axis=1).all())
