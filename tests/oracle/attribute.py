"""11 Attribution: who caused the energy, the carbon and the money of a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oracle.fleet import Candidate, Fleet, Flow, JobClass, Link, Module, RequestClass, Site
from oracle.settle import job_usd


@dataclass(frozen=True)
class Bill:
    energy_kwh: float = 0.0
    carbon_kg: float = 0.0
    cost_usd: float = 0.0

    def part(self, share: float) -> Bill:
        return Bill(self.energy_kwh * share, self.carbon_kg * share, self.cost_usd * share)


def to_class(kind: RequestClass | JobClass, bill: Bill) -> None:
    add(kind.moved, "", bill)


def to_idle(fleet: Fleet, bill: Bill) -> None:
    add(fleet.totals, "idle_", bill)


def add(account: Any, owner: str, bill: Bill) -> None:
    """To the step's share and to the episode's."""
    for name, amount in vars(bill).items():
        for column in (f"{owner}{name}", f"episode_{owner}{name}"):
            setattr(account, column, getattr(account, column) + amount)


def attribute(fleet: Fleet) -> None:
    for site in fleet.sites:
        if facility_kw(site) <= 0.0:
            to_idle(fleet, Bill(0.0, site.moved.carbon_kg, site.moved.cost_usd))
    for module in fleet.modules:
        share_out_module(fleet, module)
    for link in fleet.links:
        share_out_link(fleet, link)
    if fleet.rules.site_networks:
        for site in fleet.sites:
            share_out_site_network(fleet, site)
    for flow in fleet.flows:
        for candidate in flow.candidates:
            if candidate.moved.per_s > 0.0:
                share_out_route(fleet, flow, candidate)
    for kind in fleet.request_classes:
        credits_usd = kind.moved.late * kind.fixed.late_usd + kind.moved.dropped * kind.fixed.drop_usd
        to_class(kind, Bill(cost_usd=credits_usd))
    for kind in fleet.job_classes:
        to_class(kind, Bill(cost_usd=kind.moved.lateness_usd))


def facility_kw(place: Site | Module) -> float:
    """IT, plants, losses."""
    cooling_kw = place.moved.cooling_kw if isinstance(place, Site) else sum(place.moved.plant_kw)
    return place.moved.it_kw + cooling_kw + place.moved.loss_kw


def bill_of(fleet: Fleet, module: Module) -> Bill:
    """A module's part of its site."""
    own_kw = facility_kw(module)
    if own_kw <= 0.0:
        return Bill()
    share = own_kw / facility_kw(module.site)
    return Bill(own_kw * fleet.step_h, share * module.site.moved.carbon_kg, share * module.site.moved.cost_usd)


def share_out_module(fleet: Fleet, module: Module) -> None:
    """Idle and jobs; requests pay by route. Models that were loaded while nobody was served are nobody's."""
    moved, bill = module.moved, bill_of(fleet, module)
    idle_kw = moved.idle_kw if moved.serving_chips > 0.0 else moved.idle_kw + moved.serving_kw
    to_idle(fleet, bill.part(idle_kw / moved.it_kw if moved.it_kw > 0.0 else 1.0))
    for kind, chips in zip(fleet.job_classes, module.job_chips, strict=True):
        if chips > 0.0:
            to_class(kind, bill.part(moved.working_kw / moved.it_kw * chips / moved.working_chips))


def share_out_link(fleet: Fleet, link: Link) -> None:
    """What it would draw without data, and the data of jobs; requests pay by route."""
    fixed, moved = link.fixed, link.moved
    to_idle(fleet, power_of_link(fleet, link, moved.power_kw - fixed.kw_per_gbps * moved.gbps))
    for kind, gbps in zip(fleet.job_classes, link.job_gbps, strict=True):
        share_out_data(fleet, kind, link, gbps)


def power_of_link(fleet: Fleet, link: Link, kw: float) -> Bill:
    """Of a link's electricity and carbon."""
    share = kw / link.moved.power_kw if link.moved.power_kw > 0.0 else 0.0
    return Bill(kw * fleet.step_h, share * link.moved.carbon_kg, share * link.moved.energy_usd)


def power_of_site_network(fleet: Fleet, site: Site, kw: float) -> Bill:
    """Of the router and the access network together."""
    moved = site.moved
    if kw <= 0.0:
        return Bill()
    share = kw / (moved.router_kw + moved.access_kw)
    return Bill(kw * fleet.step_h, share * moved.network_carbon_kg, share * moved.network_usd)


def share_out_data(fleet: Fleet, kind: RequestClass | JobClass, link: Link, gbps: float) -> None:
    """A class pays for its data on a link: what the link and the routers at its ends draw for them, and transit."""
    to_class(kind, power_of_link(fleet, link, link.fixed.kw_per_gbps * gbps))
    to_class(kind, Bill(cost_usd=gbps / 8.0 * fleet.rules.step_s * link.fixed.usd_per_gb))
    for nth in link.fixed.ends:
        site = fleet.sites[nth]
        to_class(kind, power_of_site_network(fleet, site, site.fixed.router_kw_per_gbps * gbps))


def share_out_site_network(fleet: Fleet, site: Site) -> None:
    """A router's idle power is nobody's, access goes to the classes of what arrives, the rest went with the data."""
    to_idle(fleet, power_of_site_network(fleet, site, site.fixed.router_idle_kw))
    for flow in fleet.flows:
        if flow.origin is site:
            access_kw = flow.fixed.access_kwh_per_request * flow.moved.per_s * 3600.0
            to_class(flow.kind, power_of_site_network(fleet, site, access_kw))


def share_out_route(fleet: Fleet, flow: Flow, candidate: Candidate) -> None:
    """Chips that serve, chips that reduce, data on the way."""
    per_s, kind = candidate.moved.per_s, flow.kind
    pay_for_chips(fleet, kind, candidate.module, per_s / candidate.module.services[kind.nth].rate_per_s)
    if candidate.reducer is not None:
        pay_for_chips(fleet, kind, candidate.reducer, per_s / candidate.reducer.services[kind.nth].reduce_per_s)
    for link in candidate.path.links:
        share_out_data(fleet, kind, link, per_s * candidate.gbit)


def pay_for_chips(fleet: Fleet, kind: RequestClass, module: Module, chips_at_full_clock: float) -> None:
    moved = module.moved
    share = moved.serving_kw / moved.it_kw * chips_at_full_clock / moved.clock / moved.serving_chips
    to_class(kind, bill_of(fleet, module).part(share))


def attribute_settlement(fleet: Fleet, traces: Any, settled_usd: float) -> None:
    """Every job's part goes to its class, the batteries' to nobody."""
    for job in fleet.jobs:
        owed_usd = job_usd(fleet, traces, job)
        to_class(job.kind, Bill(cost_usd=owed_usd))
        settled_usd -= owed_usd
    to_idle(fleet, Bill(cost_usd=settled_usd))
