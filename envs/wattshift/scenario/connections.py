"""Grid connections of sites: from ample over thin to none."""

import math
from collections.abc import Callable

import numpy as np

from .errors import ScenarioError
from .fleet import Installed, installed
from .schema import Scenario
from .sites import Site
from .tables import Floats
from .worst_case import idle_floor_kw, worst_case_kw

IMPORT_MARGIN = 1.1
"""Grid connection over the worst case, where the scenario does not say: ample even if chips leak more than foreseen."""


def import_limits_kw(scenario: Scenario) -> Floats:
    """Grid connections [S]: as given, or ample; 0 = none.

    Raises:
        ScenarioError: sites whose connection does not even carry idle chips, without anything else that ever may.
    """
    given = [site.import_limit_kw for site in scenario.sites]
    dark = [
        f"sites.{site.name}.import_limit_kw: {_complaint(site, limit, needed)}"
        for site, limit, needed in zip(scenario.sites, given, idle_floors_kw(scenario), strict=True)
        if limit is not None and limit < needed and not _may_run(site, limit)
    ]
    if dark:
        raise ScenarioError(scenario.name, dark)
    return np.array(
        [ample if limit is None else limit for limit, ample in zip(given, ample_kw(scenario), strict=True)],
        dtype=np.float64,
    )


def _may_run(site: Site, limit_kw: float) -> bool:
    """Whether a site whose connection does not carry idle chips has what else may: sun, wind, or a store to fill."""
    stores_or_burns = site.battery is not None if limit_kw > 0.0 else site.generator is not None
    return site.pv_kw > 0.0 or site.wind_kw > 0.0 or stores_or_burns


def _complaint(site: Site, limit_kw: float, needed_kw: float) -> str:
    if limit_kw == 0.0:
        return f"got 0 (no grid connection), then {site.name} must have pv_kw, wind_kw or a generator"
    return (
        f"got {limit_kw:g}, must be >= {math.ceil(needed_kw)} (all chips idle with cooling at 45 C outdoors and "
        f"losses), or {site.name} must have pv_kw, wind_kw or a battery"
    )


def ample_kw(scenario: Scenario) -> Floats:
    """Connections [S] that carry any load of their site."""
    return IMPORT_MARGIN * _of_sites(scenario, worst_case_kw)


def idle_floors_kw(scenario: Scenario) -> Floats:
    """What each site's chips need when all are idle [S]; a connection below it is thin."""
    return _of_sites(scenario, idle_floor_kw)


def _of_sites(scenario: Scenario, power_kw: Callable[[Installed], float]) -> Floats:
    """Sums over the modules of each site [S]."""
    total_kw = np.zeros(len(scenario.sites))
    for module in installed(scenario):
        total_kw[module.site_index] += power_kw(module)
    return total_kw
