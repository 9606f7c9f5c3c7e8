"""10 Power, the battery: what is wished, what is needed, and what it can; and how it ages."""

from oracle.fleet import Site


def reserve_kwh(site: Site) -> float:
    """Charge that dispatch leaves in the cells."""
    return site.fixed.battery_reserve_share * site.fixed.battery_kwh


def most_discharge_kw(site: Site, keep_kwh: float, load_kw: float, step_h: float) -> float:
    """At the bus: the rating, the charge above what is kept, and never more than the load."""
    cells_kw = (site.state.soc_kwh - keep_kwh) * site.fixed.battery_discharge_efficiency / step_h
    return max(min(site.fixed.battery_kw, cells_kw, load_kw), 0.0)


def most_charge_kw(site: Site, room_kw: float, step_h: float) -> float:
    """At the bus: the rating, the room in the cells, the power to spare."""
    cells_kw = (site.fixed.battery_kwh - site.state.soc_kwh) / (site.fixed.battery_charge_efficiency * step_h)
    return max(min(site.fixed.battery_kw, cells_kw, room_kw), 0.0)


def store(site: Site, net_kw: float, need_kw: float, room_kw: float, step_h: float) -> float:
    """Charge or discharge; returns the power that was wished and not possible.

    With the feed the wish counts, but what only the battery can give comes first, and then the reserve; behind a thin
    connection a battery that is not to discharge takes what is to spare. Without the feed it gives what is needed, down
    to its last, and takes what is to spare.
    """
    fixed, state, moved, wish_kw = site.fixed, site.state, site.moved, site.wanted.battery_kw
    keep_kwh = reserve_kwh(site) if state.feed_up == 1 else 0.0
    if state.feed_up == 1:
        refill_kw = max(keep_kwh - state.soc_kwh, 0.0) / (fixed.battery_charge_efficiency * step_h)
        charge_kw = max(wish_kw, refill_kw, room_kw if fixed.thin and wish_kw >= 0.0 else 0.0)
        discharge_kw = min(max(-wish_kw, 0.0), most_discharge_kw(site, keep_kwh, net_kw, step_h))
    else:
        charge_kw, discharge_kw = room_kw, 0.0
    if need_kw > discharge_kw:
        discharge_kw = most_discharge_kw(site, keep_kwh, need_kw, step_h)
    moved.discharge_kw = discharge_kw
    moved.charge_kw = min(charge_kw, most_charge_kw(site, room_kw, step_h)) if discharge_kw == 0.0 else 0.0

    into_cells_kw = moved.charge_kw * fixed.battery_charge_efficiency
    out_of_cells_kw = moved.discharge_kw / fixed.battery_discharge_efficiency
    state.soc_kwh = min(max(state.soc_kwh + (into_cells_kw - out_of_cells_kw) * step_h, 0.0), fixed.battery_kwh)
    done_kw = moved.charge_kw if wish_kw > 0.0 else moved.discharge_kw
    return max(abs(wish_kw) - done_kw, 0.0)


def wear(site: Site, soc_before_kwh: float, step_h: float) -> None:
    """Capacity lost by what is drawn from the cells, and by time, the faster the fuller they are."""
    fixed, state, moved = site.fixed, site.state, site.moved
    drawn_kwh = moved.discharge_kw / fixed.battery_discharge_efficiency * step_h
    mean_charge = (soc_before_kwh + state.soc_kwh) / (2.0 * fixed.battery_kwh)
    moved.worn_share = fixed.battery_worn_per_kwh * drawn_kwh + fixed.battery_worn_per_h * step_h * (0.5 + mean_charge)
    state.worn_share += moved.worn_share
