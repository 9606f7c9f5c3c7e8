"""0 Decode: the set-points of a decision, the autopilot's where the action says nothing."""

from oracle.fleet import Fleet, Module
from wattshift.kernel.terms import SLOTS

LEAST_FLOW, MOST_FLOW = 0.6, 1.5
"""Of the coolant, at the ends of the slot, over what follows the load."""
SLEEPS_BELOW = -0.5
"""An entry of the links slot below this lets the link sleep."""


class Wishes:
    """An action read by slot, and how much of it lies beyond what is possible."""

    def __init__(self, action: list[float], places: dict[str, slice]):
        self.asked = {slot: action[place] for slot, place in places.items()}
        self.beyond = dict.fromkeys(SLOTS, 0.0)
        for slot, entries in self.asked.items():
            if entries:
                self.beyond[slot] = sum(max(abs(entry) - 1.0, 0.0) for entry in entries) / len(entries)

    def entry(self, slot: str, nth: int) -> float:
        """An entry, limited to [-1, 1]; 0 where the slot is not driven."""
        return min(max(self.asked[slot][nth], -1.0), 1.0) if slot in self.asked else 0.0


def between(low: float, middle: float, high: float, amount: float) -> float:
    """From `middle` the share |amount| of the way to `high`, or to `low` if negative."""
    return middle + amount * (high - middle if amount > 0.0 else middle - low)


def whole_chips(share: float, chips: int) -> int:
    """Rounded down, forgiving the rounding of the product."""
    return int(share * chips + 1e-9)


def signed_square(amount: float) -> float:
    """Small preferences, such as an exploring agent's noise, hardly count."""
    return amount * abs(amount)


def decode(fleet: Fleet, wishes: Wishes) -> None:
    """Write what every site, link and module wants, and what of the action was clipped."""
    decode_sites(fleet, wishes)
    for link in fleet.links:
        liking = wishes.entry("links", link.nth)
        link.wanted.nearer_ms = fleet.rules.link_range_ms * signed_square(liking)
        link.wanted.may_sleep = int(liking < SLEEPS_BELOW)
    for module in fleet.modules:
        decode_module(module, wishes)
        # Chips cannot be more than awake: the negative side is clipped whole.
        wishes.beyond["sleep"] += max(-wishes.entry("sleep", module.nth), 0.0) / len(fleet.modules)
    fleet.totals.clipped = list(wishes.beyond.values())


def decode_sites(fleet: Fleet, wishes: Wishes) -> None:
    rules = fleet.rules
    for site in fleet.sites:
        wanted, nth = site.wanted, site.nth
        wanted.routing_ms = rules.routing_range_ms * signed_square(wishes.entry("routing", nth))
        wanted.placement_h = rules.placement_range_h * signed_square(wishes.entry("placement", nth))
        wanted.preprocess_ms = rules.routing_range_ms * signed_square(wishes.entry("preprocess", nth))
        wanted.battery_kw = 0.0
        # A cap only lowers the clock: the positive side is clipped whole.
        wishes.beyond["caps"] += max(wishes.entry("caps", nth), 0.0) / len(fleet.sites)
    for nth, site in enumerate(site for site in fleet.sites if site.has_battery):
        site.wanted.battery_kw = site.fixed.battery_kw * wishes.entry("storage", nth)


def decode_module(module: Module, wishes: Wishes) -> None:
    fixed, wanted, site = module.fixed, module.wanted, module.site.nth
    wanted.job_chips = whole_chips(between(0.0, fixed.job_share, 1.0, wishes.entry("admission", site)), fixed.chips)
    usual_c, warmer = module.plants[0].supply_c, wishes.entry("cooling", site)
    wanted.supply_c = between(fixed.supply_min_c, usual_c, fixed.supply_max_c, warmer)
    wanted.flow = between(LEAST_FLOW, 1.0, MOST_FLOW, wishes.entry("flow", site))
    wanted.speed = between(fixed.min_speed, 1.0, 1.0, wishes.entry("caps", site))
    wanted.sleep_chips = whole_chips(max(wishes.entry("sleep", module.nth), 0.0), fixed.chips)
