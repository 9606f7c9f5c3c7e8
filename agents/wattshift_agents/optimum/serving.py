"""Requests: each is served by a module that may, or dropped, as rows of the program."""

import numpy as np

from .case import Case
from .lines import below_power
from .modules import CLOCK_LINES, ModuleRows
from .network import Network
from .program import Program

MB_PER_GB = 1000.0
S_PER_H = 3600.0


def add_requests(program: Program, case: Case, network: Network, modules: ModuleRows) -> float:
    """Serve or drop; returns what it would cost to drop everything, from which serving saves.

    Nobody waits: a request is late only where even an idle path and an idle chip miss the objective.
    """
    params, slots = case.params, case.slots
    arrived = slots.total(case.episode.requests_per_s) * params.rules["step_s"][0]
    dropped_usd = 0.0
    for nth, flow in enumerate(params.flows):
        kind = params.request_classes[flow["request_class"]]
        dropped_usd += float(arrived[:, nth].sum() * kind["drop_usd"])
        within = program.at_most(arrived[:, nth])
        for candidate in params.candidates[nth]:
            module, site = candidate["module"], candidate["site"]
            if module < 0 or not np.isfinite(params.path_ms[flow["origin"], site, 0]):
                continue
            least_ms = candidate["local_ms"] + 2.0 * params.path_ms[flow["origin"], site, 0]
            late_usd = kind["late_usd"] if least_ms > kind["objective_ms"] + 1e-6 else 0.0
            moved_usd = candidate["mb"] / MB_PER_GB * network.usd_per_gb[:, flow["origin"], site]
            usd = moved_usd + late_usd - kind["drop_usd"]
            served = program.variables((len(slots.first),), arrived[:, nth], usd, term="requests")
            program.add(within, served, 1.0)
            _occupy(
                program, case, modules, module, served, params.services["rate_per_s"][module, flow["request_class"]]
            )
            if (reducer := candidate["reducer"]) >= 0:
                rate = params.services["reduce_per_s"][reducer, flow["request_class"]]
                _occupy(program, case, modules, reducer, served, rate)
    return dropped_usd


def _occupy(
    program: Program, case: Case, modules: ModuleRows, module: int, served: np.ndarray, rate_per_s: float
) -> None:
    """Requests keep chips busy: so long at full clock, longer and with less power at a lower one."""
    chip_h = 1.0 / (rate_per_s * S_PER_H)
    row = case.params.modules[module]
    program.add(modules.served[:, module], served, chip_h)
    program.add(modules.served_slowly[:, module], served, -chip_h / row["min_speed"])
    slopes = below_power(float(row["dvfs_exponent"]), float(row["min_speed"]), CLOCK_LINES).slope
    for nth in range(CLOCK_LINES):
        slope = slopes[min(nth, len(slopes) - 1)]
        program.add(modules.served_power[:, module, nth], served, chip_h * slope)
