"""Policies that send work to the sites that look best now, by rank."""

from wattshift.traces.series import LEADS
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action
from wattshift_agents.view import Floats, View


def preference_by_rank(quantity: Floats) -> Floats:
    """+1 for the site where `quantity` is lowest, -1 where it is highest, evenly spaced by rank between.

    Sites with equal quantities (the same grid zone) share the mean of their ranks, so that the order in which
    a scenario lists them decides nothing. With one site, or all equal, the preference is zero.

    Args:
        quantity: [n, S], less is better.
    """
    below = (quantity[:, :, None] > quantity[:, None, :]).sum(axis=2)
    above = (quantity[:, :, None] < quantity[:, None, :]).sum(axis=2)
    return (above - below) / max(quantity.shape[1] - 1, 1)


class NearestSite(Heuristic):
    """Requests go to the nearest site that meets their objective: no site preferred, which is the autopilot's routing.

    A preference makes a site look nearer; equal preferences cancel, so zero everywhere is the only setting in which
    distance is never overruled: this policy and the autopilot must cost the same. Jobs go where they are done soonest,
    the autopilot's rule too: the slot prefers a site for all jobs alike, wherever their data are. Where jobs are
    decided one by one, `dispatch-nearest` sends each to the open site nearest to its data.
    """

    name = "nearest-site"
    looks_at = "nothing"

    def decide(self, action: Action, view: View) -> None:
        """Prefer no site over another."""
        self.fill(action, "routing", 0.0)


class LowestCarbon(Heuristic):
    """Requests and jobs go where the grid is cleanest now, within their latency objectives."""

    name = "lowest-carbon"
    looks_at = "carbon intensity"

    def decide(self, action: Action, view: View) -> None:
        """Prefer sites by the rank of their carbon intensity."""
        preference = preference_by_rank(view.carbon_kg_per_kwh)
        self.fill(action, "routing", preference)
        self.fill(action, "placement", preference)


class LowestPrice(Heuristic):
    """Requests and jobs go where electricity is cheapest now, within their latency objectives."""

    name = "lowest-price"
    looks_at = "price"

    def decide(self, action: Action, view: View) -> None:
        """Prefer sites by the rank of the price they pay."""
        preference = preference_by_rank(view.price_usd_per_kwh)
        self.fill(action, "routing", preference)
        self.fill(action, "placement", preference)


class CheapestEnergy(Heuristic):
    """Jobs go where a kWh costs least now, carbon priced in; requests stay near, since moving them costs transit.

    Args:
        ahead_h: Hours of the forecast that count as much as the present one each, since jobs run for hours.
    """

    name = "cheapest-energy"
    looks_at = "price and the price of the carbon"

    def __init__(self, ahead_h: int = 0):
        if not 0 <= ahead_h <= LEADS:
            raise ValueError(f"ahead_h: got {ahead_h}, must be 0..{LEADS}")
        self.ahead_h = ahead_h

    def decide(self, action: Action, view: View) -> None:
        """Prefer sites for jobs by the rank of what a kWh costs."""
        ahead = view.energy_forecast_usd_per_kwh[:, :, : self.ahead_h].sum(axis=2)
        self.fill(action, "placement", preference_by_rank((view.energy_usd_per_kwh + ahead) / (1.0 + self.ahead_h)))
