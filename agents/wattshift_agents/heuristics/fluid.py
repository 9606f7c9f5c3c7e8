"""The router in dollars: where requests would go under given preferences, and what an hour of that would cost."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.scenario.tables import Params
    from wattshift.world import World

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BEYOND_OBJECTIVE_MS = 1e6
"""Added to what misses the objective, as the router does."""

GBIT_PER_GB = 8.0
MAX_OVERHEAD = 3.0
"""Electricity of a site over that of its IT; more says that hardly any IT is running."""


class RequestCosts:
    """What a request costs at each of its candidates: energy there and on the way, carbon, transit, lateness.

    Power is that of busy chips beyond idle ones, times the site's present overhead; where data are reduced first, that
    of the chips that reduce them comes on top. Paths are the shortest.
    """

    def __init__(self, params: "Params"):
        rows, flows = params.candidates, params.flows
        self.is_there = rows["module"] >= 0
        self.module = np.maximum(rows["module"], 0).astype(np.int64)
        self.site = np.maximum(rows["site"], 0).astype(np.int64)
        self.origin = flows["origin"].astype(np.int64)
        classes = params.request_classes[flows["request_class"]]
        self.late_usd, self.drop_usd = classes["late_usd"], classes["drop_usd"]
        request_class = flows["request_class"][:, None]
        self.rate_per_s = params.services["rate_per_s"][self.module, request_class]
        origin, target = self.origin[:, None], self.site
        round_trip_ms = 2.0 * params.path_ms[origin, target, 0]
        misses = rows["busy_ms"] + round_trip_ms > classes["objective_ms"][:, None]
        self.is_late = self.is_there & misses
        self.latency_ms = np.where(
            self.is_there, rows["local_ms"] + round_trip_ms + BEYOND_OBJECTIVE_MS * misses, np.inf
        )
        hops = params.path_links[origin, target, 0]  # [F, K, H], -1 behind the last, where the nothing appended stands
        gb = rows["mb"] * 1e-3
        self.transit_usd = gb * np.append(params.links["usd_per_gb"], 0.0)[hops].sum(axis=2)
        routers_kw = params.sites["router_kw_per_gbps"][params.links["ends"]].sum(axis=1)
        link_kw = np.append(params.links["kw_per_gbps"] + routers_kw, 0.0)[hops].sum(axis=2)
        self.network_kwh = gb * GBIT_PER_GB / 3600.0 * link_kw
        self.chip_kwh = self._busy_kwh(params, self.module, self.rate_per_s, self.is_there)
        self.is_reduced = rows["reducer"] >= 0
        reducer = np.maximum(rows["reducer"], 0).astype(np.int64)
        reduce_per_s = params.services["reduce_per_s"][reducer, request_class]
        self.reduce_kwh = self._busy_kwh(params, reducer, reduce_per_s, self.is_reduced)

    @staticmethod
    def _busy_kwh(params: "Params", module: Ints, per_s: Floats, is_there: Flags) -> Floats:
        """`[F, K]` energy of the chips that a request keeps busy, beyond idle."""
        modules = params.modules
        busy_w = modules["chip_peak_w"] + modules["node_peak_w"] - modules["chip_idle_w"] - modules["node_idle_w"]
        return np.divide(busy_w[module] / 3.6e6, per_s, out=np.zeros(per_s.shape), where=is_there)

    def nearest(self, chosen: Flags) -> Ints:
        """`[F]` the nearest of the chosen candidates [F, K] that meets the objective, or misses it if none does."""
        return np.where(chosen, self.latency_ms, np.inf).argmin(axis=1)

    def request_usd(self, view: View) -> Floats:
        """`[n, F, K]` cost of one request at each candidate."""
        overhead = np.divide(view.load_kw, view.it_kw, out=np.ones_like(view.load_kw), where=view.it_kw > 0.0)
        chip_usd_per_kwh = view.energy_usd_per_kwh * np.clip(overhead, 1.0, MAX_OVERHEAD)
        there, here = view.energy_usd_per_kwh[:, self.site], view.energy_usd_per_kwh[:, self.origin, None]
        chips_usd = self.chip_kwh * chip_usd_per_kwh[:, self.site]
        chips_usd = chips_usd + self.reduce_kwh * chip_usd_per_kwh[:, self.origin, None]
        network_usd = self.network_kwh * 0.5 * (there + here)
        return chips_usd + network_usd + self.transit_usd + self.is_late * self.late_usd[:, None]


class FluidRouter(RequestCosts):
    """A copy of the router's rule (flows by priority, candidates by apparent latency, room by module) without queues.

    What it leaves out: the limits of links, chips that must load a model first, data that are reduced on the way, and
    paths other than the shortest.
    """

    def __init__(self, world: "World"):
        super().__init__(world.params)
        rules = world.params.rules
        self.utilisation = rules["serve_utilisation"][0]
        self.range_ms = rules["routing_range_ms"][0]
        self.latency_ms = np.where(self.is_reduced, np.inf, self.latency_ms)
        self.n_candidates = np.isfinite(self.latency_ms).sum(axis=1)

    def room_chips(self, view: View) -> Floats:
        """`[n, M]` chips' worth of requests that each module takes."""
        return np.maximum(view.awake_chips - view.held_chips, 0.0) * self.utilisation

    def cost_usd_per_s(self, entries: Floats, view: View, request_usd: Floats) -> Floats:
        """What requests cost under each of L alternatives, drops included.

        Args:
            entries: [n, L, S] of the routing slot.
            view: gives demand and room.
            request_usd: [n, F, K] of `request_usd`.

        Returns:
            [n, L] USD/s.
        """
        nearer_ms = self.range_ms * entries * np.abs(entries)
        apparent_ms = self.latency_ms - nearer_ms[:, :, self.site]  # [n, L, F, K]
        order = np.argsort(apparent_ms, axis=3, kind="stable")
        room = np.repeat(self.room_chips(view)[:, None], entries.shape[1], axis=1)  # [n, L, M]
        cost = np.zeros(entries.shape[:2])
        for flow in range(len(self.n_candidates)):
            cost += self._send(flow, order[:, :, flow], room, view.flow_per_s[:, flow], request_usd[:, flow])
        return cost

    def _send(self, flow: int, order: NDArray[np.int64], room: Floats, per_s: Floats, request_usd: Floats) -> Floats:
        """`[n, L]` USD/s of one flow, whose chips are taken from `room` in place."""
        left = np.repeat(per_s[:, None], order.shape[1], axis=1)
        cost = np.zeros_like(left)
        env, alternative = np.indices(left.shape)
        for nth in range(self.n_candidates[flow]):
            if not left.any():
                break
            candidate = order[:, :, nth]
            module, rate = self.module[flow][candidate], self.rate_per_s[flow][candidate]
            taken = np.minimum(left, room[env, alternative, module] * rate)
            room[env, alternative, module] -= taken / rate
            left = left - taken
            cost += taken * request_usd[env, candidate]
        return cost + left * self.drop_usd[flow]
