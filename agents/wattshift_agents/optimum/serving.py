"""Requests: each is served by a module that may, or dropped, as rows of the program."""

import numpy as np

from .case import Case
from .chips import ChipRows
from .network import Network
from .program import Ints, Program

MB_PER_GB = 1000.0
S_PER_H = 3600.0


def add_requests(program: Program, case: Case, network: Network, chips: ChipRows) -> float:
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
            usd_per_gb = network.usd_per_gb[:, flow["origin"], candidate["site"]]
            at = np.flatnonzero(np.isfinite(usd_per_gb))
            if candidate["module"] < 0 or len(at) == 0:
                continue
            least_ms = candidate["local_ms"] + 2.0 * network.way_ms[at, flow["origin"], candidate["site"]]
            late_usd = np.where(least_ms > kind["objective_ms"] + 1e-6, kind["late_usd"], 0.0)
            usd = candidate["mb"] / MB_PER_GB * usd_per_gb[at] + late_usd - kind["drop_usd"]
            served = program.variables(at.shape, arrived[at, nth], usd, term="requests")
            program.add(within[at], served, 1.0)
            rate = params.services["rate_per_s"][candidate["module"], flow["request_class"]]
            _occupy(program, chips, int(candidate["module"]), at, served, rate)
            if candidate["reducer"] >= 0:
                rate = params.services["reduce_per_s"][candidate["reducer"], flow["request_class"]]
                _occupy(program, chips, int(candidate["reducer"]), at, served, rate)
    return dropped_usd


def _occupy(program: Program, chips: ChipRows, module: int, at: Ints, served: Ints, rate_per_s: float) -> None:
    """Requests in slots `at` keep chips busy: so long at full clock, longer and with less power at a lower one."""
    chip_h = 1.0 / (rate_per_s * S_PER_H)
    program.add(chips.served[at, module], served, chip_h)
    program.add(chips.served_slowly[at, module], served, -chip_h / chips.slowest[at, module])
    program.add(chips.served_power[at, module], served[:, None], chip_h * chips.clock_lines.slope[at, module])
