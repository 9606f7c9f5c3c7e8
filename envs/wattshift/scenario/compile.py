"""Compiling a scenario to `Params`."""

import math

import numpy as np

from .fault_tables import event_table, hazard_table
from .fleet import installed
from .job_tables import job_class_table, stream_speeds, stream_table
from .module_tables import module_table, plant_table, service_table
from .network_tables import link_table
from .path_tables import find_paths, pair_table, path_capacities_gbps
from .request_tables import candidate_table, flow_table, request_class_table
from .schema import Scenario
from .site_table import site_table
from .tables import PAIR, RULES, Params, table

SHORTEST_STEP_S, LONGEST_STEP_S = 60.0, 3600.0

TYPICAL_LOAD, TYPICAL_PUE, TYPICAL_USD_PER_KWH = 0.6, 1.3, 0.15
"""Behind the reference cost of a scenario that gives none: mean share of the peak IT power, PUE, and the price of a
kWh with carbon and everything else."""


def compile_params(scenario: Scenario, step_s: float = 300.0) -> Params:
    """The scenario as tables.

    Args:
        scenario: what to compile.
        step_s: length of a step, s: 60 to 3600, a divisor of 3600.

    Raises:
        ScenarioError: the scenario holds together field by field but not as a world: a grid connection below the
            power of idle chips, sites that cannot reach each other, a flow or a stream that nothing can serve.
        ValueError: a step length that is not allowed.
    """
    if not (SHORTEST_STEP_S <= step_s <= LONGEST_STEP_S and math.isclose(math.fmod(3600.0, step_s), 0.0, abs_tol=0.0)):
        raise ValueError(f"step_s: got {step_s:g}, must be from 60 to 3600 seconds and divide an hour")
    paths = find_paths(scenario)
    speeds = stream_speeds(scenario)
    links = link_table(scenario)
    params = Params(
        rules=_rules_table(scenario, step_s),
        sites=site_table(scenario),
        modules=module_table(scenario),
        plants=plant_table(scenario),
        links=links,
        path_links=paths.links,
        path_ms=paths.latency_ms,
        path_gbps=path_capacities_gbps(paths.links, links["capacity_gbps"]),
        pairs=np.zeros(0, PAIR),
        request_classes=request_class_table(scenario),
        flows=flow_table(scenario),
        candidates=candidate_table(scenario, paths.latency_ms[:, :, 0]),
        services=service_table(scenario),
        job_classes=job_class_table(scenario),
        streams=stream_table(scenario, speeds),
        stream_speed=speeds,
        hazards=hazard_table(scenario),
        events=event_table(scenario, step_s),
    )
    return params._replace(pairs=pair_table(params))


def reference_cost_usd_per_h(scenario: Scenario) -> float:
    """The scale of the reward, USD/h: as given, or 0.6 x the peak IT power in kW x a PUE of 1.3 x 0.15 USD/kWh."""
    if scenario.rules.reference_cost_usd_per_h is not None:
        return scenario.rules.reference_cost_usd_per_h
    peak_kw = sum(module.design_kw for module in installed(scenario))
    return TYPICAL_LOAD * peak_kw * TYPICAL_PUE * TYPICAL_USD_PER_KWH


def _rules_table(scenario: Scenario, step_s: float) -> np.ndarray:
    money, rules, budget = scenario.money, scenario.rules, scenario.money.carbon_budget
    return table(
        RULES,
        1,
        step_s=step_s,
        carbon_usd_per_kg=money.carbon_usd_per_t / 1e3,
        water_usd_per_l=money.water_usd_per_m3 / 1e3,
        thermal_usd_per_kwh_k=money.thermal_usd_per_kwh_k,
        serve_utilisation=rules.serve_utilisation,
        urgent_slack_h=rules.urgent_slack_h,
        routing_range_ms=rules.routing_range_ms,
        placement_range_h=rules.placement_range_h,
        cold_share=min(rules.cold_start_s / step_s, 1.0),
        reference_cost_usd_per_h=reference_cost_usd_per_h(scenario),
        market_carbon=int(money.carbon_accounting == "market"),
        link_range_ms=rules.link_range_ms,
        site_networks=any(site.router is not None or site.access is not None for site in scenario.sites),
        elastic=any(job.elastic is not None for job in scenario.jobs.values()),
        marginal_carbon=int(money.carbon_signal == "marginal"),
        carbon_budget_kg_per_h=math.inf if budget is None else budget.kg_per_day / 24.0,
        carbon_over_usd_per_kg=0.0 if budget is None else budget.usd_per_t / 1e3,
        results=any(job.result_gb > 0.0 for job in scenario.jobs.values()),
    )
