"""Battery of a site: what it can give and take, how it answers a wish or a need, and how it ages.

Efficiency is applied once each way, between the bus and the cells. The reserve is for ride-through: dispatch never
touches it, a lost feed does, and once the feed is back it is filled again before anything else.
"""

from .jit import njit


@njit
def charge_limit_kw(site, soc_kwh, room_kw, step_h):
    """Most that the battery takes at the bus: rating, room in the cells, power to spare."""
    cells_kw = (site.battery_kwh - soc_kwh) / (site.battery_charge_efficiency * step_h)
    return max(min(site.battery_kw, min(cells_kw, room_kw)), 0.0)


@njit
def discharge_limit_kw(site, soc_kwh, keep_kwh, load_kw, step_h):
    """Most that the battery gives at the bus: rating, charge above what it keeps, load (it never exports)."""
    cells_kw = (soc_kwh - keep_kwh) * site.battery_discharge_efficiency / step_h
    return max(min(site.battery_kw, min(cells_kw, load_kw)), 0.0)


@njit
def reserve_kwh(site):
    """Charge kept for ride-through."""
    return site.battery_reserve_share * site.battery_kwh


@njit
def store(site, site_now, moved, wanted_kw, need_kw, load_kw, room_kw, step_h):
    """Run the battery for one step; returns the part of the wish that was not possible, kW.

    With the feed in service it does what is wanted, gives at least `need_kw` from above the reserve, and fills the
    reserve; behind a thin connection it takes all the power to spare unless it is to discharge. Without the feed it
    gives the need, from the reserve too, and takes all the power to spare.

    `wanted_kw` is the wish at the bus, + charge; `need_kw` what nothing else can serve; `load_kw` load less renewables;
    `room_kw` power to spare for charging.
    """
    soc_kwh, kept_kwh = site_now.soc_kwh, reserve_kwh(site)
    charge_kw, discharge_kw = max(wanted_kw, 0.0), 0.0
    if site_now.feed_up == 1:
        if wanted_kw < 0.0:
            discharge_kw = min(-wanted_kw, discharge_limit_kw(site, soc_kwh, kept_kwh, load_kw, step_h))
        elif site.thin == 1:
            charge_kw = max(charge_kw, room_kw)
        missing_kwh = kept_kwh - soc_kwh
        if missing_kwh > 0.0:
            charge_kw = max(charge_kw, missing_kwh / (site.battery_charge_efficiency * step_h))
    else:
        kept_kwh = 0.0
        charge_kw = room_kw
    if need_kw > discharge_kw:
        discharge_kw = discharge_limit_kw(site, soc_kwh, kept_kwh, need_kw, step_h)
    if discharge_kw > 0.0:
        moved.discharge_kw = discharge_kw
    elif charge_kw > 0.0:
        moved.charge_kw = min(charge_kw, charge_limit_kw(site, soc_kwh, room_kw, step_h))
    stored_kw = moved.charge_kw * site.battery_charge_efficiency
    drawn_kw = moved.discharge_kw / site.battery_discharge_efficiency
    # Rounding at the ends of the range must not leave it.
    site_now.soc_kwh = min(max(soc_kwh + (stored_kw - drawn_kw) * step_h, 0.0), site.battery_kwh)
    answer_kw = moved.charge_kw if wanted_kw > 0.0 else moved.discharge_kw
    return max(abs(wanted_kw) - answer_kw, 0.0)


@njit
def wear(site, site_now, moved, before_kwh, step_h):
    """Capacity lost in the step: by every kWh drawn from the cells, and by time, faster at high charge.

    Calendar ageing is linear in time, in proportion to 0.5 + state of charge (mean of the step's ends): the rated life
    holds at half charge.
    """
    drawn_kwh = moved.discharge_kw / site.battery_discharge_efficiency * step_h
    charge_share = 0.5 * (before_kwh + site_now.soc_kwh) / site.battery_kwh
    by_cycling = site.battery_worn_per_kwh * drawn_kwh
    by_time = site.battery_worn_per_h * step_h * (0.5 + charge_share)
    moved.worn_share = by_cycling + by_time
    site_now.worn_share += moved.worn_share


@njit
def islanded_limit_kw(site, soc_kwh, bridged, engine_kw, step_h):
    """Largest load that battery and generator carry through a step without the grid.

    The battery alone carries the load for the share `bridged` of the step in which the generator starts, and what is
    beyond the generator's power `engine_kw` for the rest; its power bounds both, its charge their sum.
    """
    cells_kw = soc_kwh * site.battery_discharge_efficiency / step_h
    limit_kw = min(cells_kw + engine_kw * (1.0 - bridged), site.battery_kw + engine_kw)
    if bridged > 0.0:
        limit_kw = min(limit_kw, min(cells_kw / bridged, site.battery_kw))
    return max(limit_kw, 0.0)
