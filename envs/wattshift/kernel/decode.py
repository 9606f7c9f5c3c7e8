"""Stage 0, decode: the autopilot's set-points, and the action's departures from them.

Every slot is centred: at zero it leaves the autopilot's value bit for bit. A slot that the task does not drive has the
offset -1 and reads as zero.
"""

from .jit import njit
from .terms import ADMISSION, CAPS, COOLING, FLOW, LINKS, PLACEMENT, PREPROCESS, ROUTING, SLEEP, STORAGE

MOST_FLOW, LEAST_FLOW = 1.5, 0.6
"""Coolant flow at the ends of the slot, over the flow that follows the load."""

SLEEP_BELOW = -0.5
"""An entry of the links slot below this also asks the link to sleep."""


@njit
def read_slot(action, offset, index):
    """Entry of a slot, limited to [-1, 1]; zero where the slot is not driven."""
    if offset < 0:
        return 0.0
    return min(max(float(action[offset + index]), -1.0), 1.0)


@njit
def curved(amount):
    """Signed square: a preference that small amounts, such as exploration noise, hardly move."""
    return amount * abs(amount)


@njit
def depart(middle, low, high, amount):
    """From `middle` towards `high` (amount > 0) or `low` (amount < 0); `middle` itself at zero."""
    return middle + amount * (high - middle) if amount > 0.0 else middle + amount * (middle - low)


@njit
def count_excess(clipped, action, offset, size, slot):
    """Report what the action asks for beyond [-1, 1]."""
    if offset >= 0:
        for index in range(size):
            clipped[slot] += max(abs(float(action[offset + index])) - 1.0, 0.0) / size


@njit
def whole_chips(module, share):
    """A share of the module's chips, rounded down; the rounding of the product itself must not cost a chip."""
    return int(share * module.chips + 1e-9)


@njit
def decode(params, control, ledger, action, offsets):
    """Write the decision's `Control`; count what was wanted beyond the possible."""
    rules = params.rules[0]
    clipped = ledger.totals[0].clipped
    n_batteries = 0
    for nth in range(len(params.sites)):
        site = params.sites[nth]
        set_points = control.sites[nth]
        set_points.routing_ms = rules.routing_range_ms * curved(read_slot(action, offsets[ROUTING], nth))
        set_points.placement_h = rules.placement_range_h * curved(read_slot(action, offsets[PLACEMENT], nth))
        set_points.preprocess_ms = rules.routing_range_ms * curved(read_slot(action, offsets[PREPROCESS], nth))
        clipped[CAPS] += max(read_slot(action, offsets[CAPS], nth), 0.0) / len(params.sites)
        set_points.battery_kw = 0.0
        if site.battery_kwh > 0.0:
            set_points.battery_kw = site.battery_kw * read_slot(action, offsets[STORAGE], n_batteries)
            n_batteries += 1
    for slot in (ROUTING, PLACEMENT, ADMISSION, COOLING, CAPS, PREPROCESS, FLOW):
        count_excess(clipped, action, offsets[slot], len(params.sites), slot)
    count_excess(clipped, action, offsets[STORAGE], n_batteries, STORAGE)
    count_excess(clipped, action, offsets[SLEEP], len(params.modules), SLEEP)
    count_excess(clipped, action, offsets[LINKS], len(params.links), LINKS)
    for nth in range(len(params.links)):
        liking = read_slot(action, offsets[LINKS], nth)
        control.links[nth].nearer_ms = rules.link_range_ms * curved(liking)
        control.links[nth].may_sleep = 1 if liking < SLEEP_BELOW else 0
    for nth in range(len(params.modules)):
        module, plant = params.modules[nth], params.plants[nth, 0]
        settings = control.modules[nth]
        offered = read_slot(action, offsets[ADMISSION], module.site)
        settings.job_chips = whole_chips(module, depart(module.job_share, 0.0, 1.0, offered))
        colder_or_warmer = read_slot(action, offsets[COOLING], module.site)
        settings.supply_c = depart(plant.supply_c, module.supply_min_c, module.supply_max_c, colder_or_warmer)
        settings.flow = depart(1.0, LEAST_FLOW, MOST_FLOW, read_slot(action, offsets[FLOW], module.site))
        cap = read_slot(action, offsets[CAPS], module.site)
        settings.speed = 1.0 + min(cap, 0.0) * (1.0 - module.min_speed)
        asleep = read_slot(action, offsets[SLEEP], nth)
        settings.sleep_chips = whole_chips(module, max(asleep, 0.0))
        clipped[SLEEP] += max(-asleep, 0.0) / len(params.modules)
