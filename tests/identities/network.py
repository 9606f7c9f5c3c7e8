"""Links: what they carry is what was sent, within what they can; paths are what is chosen."""

import numpy as np

from identities.residual import Before, Floats, above, broken, unequal, worst
from wattshift.world import World

USABLE_LINK_SHARE = 0.95


def links(world: World, before: Before) -> Floats:
    """Links carry at most what they may, and nothing while asleep or out of service; asleep is none that fails."""
    state = world.state.links
    most_gbps = USABLE_LINK_SHARE * world.params.links["capacity_gbps"] * state["up"] * (1 - state["asleep"])
    return worst(above(world.ledger.links["gbps"], most_gbps), broken(state["asleep"] <= state["up"]))


def data(world: World, before: Before) -> Floats:
    """What a link carries = the data of the requests routed over it + the data of jobs (with attribution)."""
    params, links_gbps = world.params, world.ledger.links["gbps"]
    if not world._wiring.attribution:
        return np.zeros(world.n_envs)
    carried_gbps = world.ledger.job_gbps.sum(axis=2)
    everywhere = np.arange(world.n_envs)[:, None]
    for nth, flow in enumerate(params.flows):
        for k, candidate in enumerate(params.candidates[nth]):
            if candidate["module"] < 0 or candidate["site"] == flow["origin"]:
                continue
            in_use = np.maximum(world.state.paths["nth"][:, flow["origin"], candidate["site"]], 0)
            hops = params.path_links[flow["origin"], candidate["site"]][in_use]  # [E, H]
            gbps = world.ledger.routes["per_s"][:, nth, k] * candidate["mb"] * 8e-3
            np.add.at(carried_gbps, (everywhere, np.maximum(hops, 0)), np.where(hops >= 0, gbps[:, None], 0.0))
    return unequal(links_gbps, carried_gbps)


def paths(world: World, before: Before) -> Floats:
    """A pair of sites uses one of its paths, of links in service and awake, the same both ways; or is cut off."""
    params, state = world.params, world.state
    residuals = [broken(state.paths["nth"] == state.paths["nth"].transpose(0, 2, 1))]
    carries = (state.links["up"] == 1) & (state.links["asleep"] == 0)
    for pair in params.pairs:
        nth = state.paths["nth"][:, pair["first"], pair["second"]]
        hops = params.path_links[pair["first"], pair["second"]][np.maximum(nth, 0)]
        open_hops = np.take_along_axis(carries, np.maximum(hops, 0), axis=1) | (hops < 0)
        residuals.append(broken((nth < 0) | open_hops.all(axis=1)))
        residuals.append(broken(nth < pair["paths"]))
    return worst(*residuals)
