"""Scenario: what the world is, described in YAML, validated by pydantic, compiled to `Params`."""

from .compile import compile_params, reference_cost_usd_per_h
from .connections import import_limits_kw
from .errors import ScenarioError
from .job_tables import check_replayed_gangs
from .load import builtin_scenarios, load_scenario
from .schema import Scenario
from .tables import N_QUANTILES, Params
from .worst_case import worst_case_kw

__all__ = [
    "N_QUANTILES",
    "Params",
    "Scenario",
    "ScenarioError",
    "builtin_scenarios",
    "check_replayed_gangs",
    "compile_params",
    "import_limits_kw",
    "load_scenario",
    "reference_cost_usd_per_h",
    "worst_case_kw",
]
