"""The router in dollars: where requests would go under given preferences, and what an hour of that would cost."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World

BEYOND_OBJECTIVE_MS = 1e6
"""Added to what misses the objective, as the router does."""

GBIT_PER_GB = 8.0
MAX_OVERHEAD = 3.0
"""Electricity of a site over that of its IT; more says that hardly any IT is running."""


class FluidRouter:
    """A copy of the router's rule (flows by priority, candidates by apparent latency, room by module) without queues.

    What it leaves out: the limits of links, chips that must load a model first, data that are reduced on the way, and
    paths other than the shortest. Power is that of busy chips beyond idle ones, times the site's present overhead.
    """

    def __init__(self, world: "World"):
        params = world.params
        self.params = params
        self.utilisation = params.rules["serve_utilisation"][0]
        self.range_ms = params.rules["routing_range_ms"][0]
        rows = params.candidates[:, :]
        self.is_there = (rows["module"] >= 0) & (rows["reducer"] < 0)
        self.module = np.maximum(rows["module"], 0).astype(np.int64)
        self.site = np.maximum(rows["site"], 0).astype(np.int64)
        flows = params.flows
        self.origin = flows["origin"].astype(np.int64)
        classes = params.request_classes[flows["request_class"]]
        self.late_usd, self.drop_usd = classes["late_usd"], classes["drop_usd"]
        self.rate_per_s = params.services["rate_per_s"][self.module, flows["request_class"][:, None]]
        origin, target = self.origin[:, None], self.site
        round_trip_ms = 2.0 * params.path_ms[origin, target, 0]
        misses = rows["busy_ms"] + round_trip_ms > classes["objective_ms"][:, None]
        self.is_late = self.is_there & misses
        self.latency_ms = np.where(
            self.is_there, rows["local_ms"] + round_trip_ms + BEYOND_OBJECTIVE_MS * misses, np.inf
        )
        hops = params.path_links[origin, target, 0]  # [F, K, H]
        on_path = hops >= 0
        self.gb = rows["mb"] * 1e-3
        self.transit_usd = self.gb * (params.links["usd_per_gb"][hops] * on_path).sum(axis=2)
        link_kw = params.links["kw_per_gbps"][hops] + params.sites["router_kw_per_gbps"][
            params.links["ends"][hops]
        ].sum(-1)
        self.network_kwh = self.gb * GBIT_PER_GB / 3600.0 * (link_kw * on_path).sum(axis=2)
        modules = params.modules
        busy_w = modules["chip_peak_w"] + modules["node_peak_w"] - modules["chip_idle_w"] - modules["node_idle_w"]
        busy_kwh = np.divide(
            busy_w[self.module] / 3.6e6, self.rate_per_s, out=np.zeros_like(self.gb), where=self.is_there
        )
        self.chip_kwh = busy_kwh

    def request_usd(self, view: View) -> Floats:
        """`[n, F, K]` cost of one request at each candidate: energy there and on the way, carbon, transit, lateness."""
        overhead = np.divide(view.load_kw, view.it_kw, out=np.ones_like(view.load_kw), where=view.it_kw > 0.0)
        chip_usd_per_kwh = view.energy_usd_per_kwh * np.clip(overhead, 1.0, MAX_OVERHEAD)
        there, here = view.energy_usd_per_kwh[:, self.site], view.energy_usd_per_kwh[:, self.origin, None]
        network_usd = self.network_kwh * 0.5 * (there + here)
        late_usd = self.is_late * self.late_usd[:, None]
        return self.chip_kwh * chip_usd_per_kwh[:, self.site] + network_usd + self.transit_usd + late_usd

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
        for flow in range(len(self.origin)):
            cost += self._send(flow, order[:, :, flow], room, view.flow_per_s[:, flow], request_usd[:, flow])
        return cost

    def _send(self, flow: int, order: NDArray[np.int64], room: Floats, per_s: Floats, request_usd: Floats) -> Floats:
        """`[n, L]` USD/s of one flow, whose chips are taken from `room` in place."""
        left = np.repeat(per_s[:, None], order.shape[1], axis=1)
        cost = np.zeros_like(left)
        env, alternative = np.indices(left.shape)
        for nth in range(int(self.is_there[flow].sum())):
            if not left.any():
                break
            candidate = order[:, :, nth]
            module, rate = self.module[flow][candidate], self.rate_per_s[flow][candidate]
            taken = np.minimum(left, room[env, alternative, module] * rate)
            room[env, alternative, module] -= taken / rate
            left = left - taken
            cost += taken * request_usd[env, candidate]
        return cost + left * self.drop_usd[flow]
