"""0 Decode: the set-points of a decision, the autopilot's where the action says nothing."""

from oracle.fleet import Fleet
from wattshift.kernel.terms import SLOTS


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


def decode(fleet: Fleet, action: list[float], places: dict[str, slice]) -> None:
    """Write what every site and module wants, and what of the action was clipped."""
    wishes = Wishes(action, places)
    rules = fleet.rules
    for site in fleet.sites:
        nearer, sooner = wishes.entry("routing", site.nth), wishes.entry("placement", site.nth)
        site.wanted.routing_ms = rules.routing_range_ms * nearer * abs(nearer)
        site.wanted.placement_h = rules.placement_range_h * sooner * abs(sooner)
        site.wanted.battery_kw = 0.0
        # A cap only lowers the clock: the positive side is clipped whole.
        wishes.beyond["caps"] += max(wishes.entry("caps", site.nth), 0.0) / len(fleet.sites)
    for nth, site in enumerate(site for site in fleet.sites if site.has_battery):
        site.wanted.battery_kw = site.fixed.battery_kw * wishes.entry("storage", nth)
    for module in fleet.modules:
        site, fixed = module.site, module.fixed
        offered = between(0.0, fixed.job_share, 1.0, wishes.entry("admission", site.nth))
        module.wanted.job_chips = whole_chips(offered, fixed.chips)
        warmer = wishes.entry("cooling", site.nth)
        module.wanted.supply_c = between(fixed.supply_min_c, module.plants[0].supply_c, fixed.supply_max_c, warmer)
        module.wanted.speed = between(fixed.min_speed, 1.0, 1.0, wishes.entry("caps", site.nth))
    fleet.totals.clipped = list(wishes.beyond.values())
