"""Policies for cooling: fixed and weather-following set-points."""

from abc import abstractmethod
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import yaml

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class SetPoint(Heuristic):
    """What rules that know the supply temperature they want share: from temperatures to entries of the slot.

    A site has one entry for all of its modules: that of the module which must be coldest.
    """

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the plants, their limits and how far inlets lie above the supply at full load."""
        super().reset(world, mask)
        modules, plants = world.params.modules, world.params.plants[:, 0]
        self.site = modules["site"].astype(np.int64)
        self.n_sites = len(world.params.sites)
        self.usual_c = plants["supply_c"]
        self.coldest_c = np.maximum(modules["supply_min_c"], modules["supply_least_c"])
        self.warmest_c = modules["supply_max_c"]
        self.lowest_c = modules["supply_min_c"]
        # Flow follows heat, so the loop's rise is the same at any load that keeps the pumps above their least flow.
        self.recommended_c = modules["inlet_limit_c"] - plants["capacity_kw"] / modules["conductance_kw_per_k"]

    def decide(self, action: Action, view: View) -> None:
        """Set the cooling slot."""
        wanted_c = np.clip(self.supply_c(view), self.coldest_c, self.warmest_c)
        span_k = np.where(wanted_c > self.usual_c, self.warmest_c - self.usual_c, self.usual_c - self.lowest_c)
        gap_k = wanted_c - self.usual_c
        entries = np.divide(gap_k, span_k, out=np.zeros_like(gap_k), where=span_k > 0.0)
        by_site = np.ones((len(entries), self.n_sites))
        for module, site in enumerate(self.site):
            by_site[:, site] = np.minimum(by_site[:, site], entries[:, module])
        self.fill(action, "cooling", by_site)

    @abstractmethod
    def supply_c(self, view: View) -> Floats:
        """`[n, M]` supply temperature wanted of each module's main plant.

        Limited afterwards to the plant's range, and to what the equipment is recommended at least.
        """


class AshraeFixed(SetPoint):
    """Supply as warm as keeps inlets at the upper end of the recommended range, summer and winter.

    Args:
        margin_k: Kept below the limit, since a loop swings around its mean.
    """

    name = "ashrae-fixed"
    source = "ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th edition 2021"
    looks_at = "nothing"

    def __init__(self, margin_k: float = 1.0):
        if not margin_k >= 0.0:
            raise ValueError(f"margin_k: got {margin_k}, must be at least 0")
        self.margin_k = margin_k

    def supply_c(self, view: View) -> Floats:
        """The recommended limit less rise and margin."""
        return np.broadcast_to(self.recommended_c - self.margin_k, (len(view.clock), len(self.site)))


class OutdoorReset(AshraeFixed):
    """Supply follows the weather: cold when the outdoors are, warmer on hot days to spare the compressor.

    With an economiser the supply is what it reaches without the compressor, outdoors and approach; without one it rises
    as the outdoors do from a reference of 20 C at which the usual set-point is kept. Outdoors are the wet bulb for
    towers, else the dry bulb. Never above what `ashrae-fixed` would choose.

    Args:
        margin_k: Kept below the recommended limit of inlets.
        most_drop_k: Most that the supply falls below the usual set-point.
    """

    name = "outdoor-reset"
    source = "after ASHRAE 90.1-2019, 6.5.4.4, chilled-water temperature reset"
    looks_at = "dry and wet bulb"

    REFERENCE_C = 20.0

    def __init__(self, margin_k: float = 1.0, most_drop_k: float = 4.0):
        super().__init__(margin_k)
        if not most_drop_k >= 0.0:
            raise ValueError(f"most_drop_k: got {most_drop_k}, must be at least 0")
        self.most_drop_k = most_drop_k

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the economisers."""
        super().reset(world, mask)
        plants = world.params.plants[:, 0]
        has_economiser = np.isfinite(plants["free_approach_k"])
        self.above_outdoors_k = np.where(has_economiser, plants["free_approach_k"], self.usual_c - self.REFERENCE_C)
        self.is_wet = plants["wet"] > 0.0

    def supply_c(self, view: View) -> Floats:
        """Outdoors and approach, between the usual set-point less the drop and the recommended limit."""
        outdoors_c = np.where(self.is_wet, view.wet_bulb_c[:, self.site], view.dry_bulb_c[:, self.site])
        warmest_c = self.recommended_c - self.margin_k
        coldest_c = np.minimum(self.usual_c - self.most_drop_k, warmest_c)
        return np.clip(outdoors_c + self.above_outdoors_k, coldest_c, warmest_c)


class BestStatic(Heuristic):
    """Set-points and flows that cost least over training windows, one pair for each kind of plant, for ever.

    The levels stand in `set_points.yaml` beside the command that found them; sites whose first module has a plant that
    was not searched keep the autopilot's.

    Args:
        levels: Entries of the cooling and the flow slot by the name of a plant; None for those of the file.
    """

    name = "best-static"
    source = "search on training windows, `benchmarks/tune_stack.py`"
    looks_at = "nothing"

    def __init__(self, levels: dict[str, tuple[float, float]] | None = None):
        self.levels = found_levels() if levels is None else levels

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Look up each site's plant."""
        super().reset(world, mask)
        plants = [site.modules[0].plant for site in world.scenario.sites]
        self.by_site = np.array([self.levels.get(plant, (0.0, 0.0)) for plant in plants])

    def decide(self, action: Action, view: View) -> None:
        """Set the levels of each site's plant."""
        self.fill(action, "cooling", self.by_site[:, 0])
        self.fill(action, "flow", self.by_site[:, 1])


def found_levels() -> dict[str, tuple[float, float]]:
    """Entries of the cooling and the flow slot by plant, as found by the search."""
    text = files("wattshift_agents.heuristics").joinpath("set_points.yaml").read_text()
    return {plant: (level["cooling"], level["flow"]) for plant, level in yaml.safe_load(text)["plants"].items()}
