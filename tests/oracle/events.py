"""What has happened in an episode, or is the case now: random worlds must not be quiet ones."""

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.state import STAGING
from wattshift.kernel.terms import SUMS, TERMS
from wattshift.world import World

COUNTED = {
    "requests late": "requests_late",
    "requests dropped": "requests_dropped",
    "jobs finished": "jobs_finished",
    "jobs late": "jobs_late",
    "jobs rejected": "jobs_rejected",
    "jobs abandoned": "jobs_abandoned",
    "jobs preempted": "jobs_preempted",
    "chips throttled": "throttled_chip_h",
    "export": "export_kwh",
    "curtailment": "curtailed_kwh",
    "battery discharged": "discharge_kwh",
    "water used": "water_l",
}


def seen(world: World) -> dict[str, NDArray[np.bool_]]:
    """Name -> [E]; what `COUNTED` names has happened in the episode, the others are so after the last step."""
    params, state, ledger = world.params, world.state, world.ledger
    table = state.jobs
    on_table = np.arange(table.shape[1]) < state.episode["n_jobs"][:, None]
    removed_kw, loop_c, capacity_kw = (
        ledger.modules["heat_removed_kw"][:, :, 0],
        state.modules["loop_c"],
        params.plants["capacity_kw"][:, 0],
    )
    soc_kwh, battery_kwh = state.sites["soc_kwh"], params.sites["battery_kwh"]
    gbps = ledger.links["gbps"]
    cases = {
        "site out of service": state.sites["up"] == 0,
        "link out of service": state.links["up"] == 0,
        "data being staged": on_table & (table["status"] == STAGING),
        "job away from its origin": on_table & (table["site"] != params.streams["origin"][table["stream"]]),
        "job loading": on_table & (table["restart_h"] > 0.0),
        "job urgent": on_table & (table["slack_h"] < params.rules["urgent_slack_h"][0]),
        "flow split over modules": (ledger.routes["per_s"] > 0.0).sum(axis=2) > 1,
        "links loaded": gbps > 0.0,
        "link full": gbps > 0.9 * params.links["capacity_gbps"],
        "plant at capacity": removed_kw > capacity_kw * (1.0 - 1e-9),
        "loop below its set-point": loop_c < world.control.modules["supply_c"],
        "loop above its limit": loop_c > params.modules["inlet_limit_c"],
        "battery full": (soc_kwh == battery_kwh) & (battery_kwh > 0.0),
        "battery charging": ledger.sites["charge_kw"] > 0.0,
        "battery refuses": ledger.totals["storage_beyond"] > 0.0,
        "action clipped": ledger.totals["clipped"] > 0.0,
        "episode settled": ledger.totals["terms_usd"][:, TERMS.index("settlement_usd")] != 0.0,
    }
    counted = {name: ledger.totals["sums"][:, SUMS.index(total)] > 0.0 for name, total in COUNTED.items()}
    return {name: is_so.reshape(world.n_envs, -1).any(axis=1) for name, is_so in (counted | cases).items()}
