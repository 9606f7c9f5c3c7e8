"""What must hold at every step, whatever the world and the policy: identities as residuals, for a whole batch at once.

Each takes the world after a step and the moment before it, and gives a relative residual for every environment, zero up
to rounding. They read what the step wrote, and nothing of how; a decision must be one step long.
"""

from identities import accounts, energy, network, work
from identities.residual import TOLERANCE, Before, Floats, Identity
from wattshift.world import World

__all__ = ["IDENTITIES", "TOLERANCE", "Before", "name_of", "residuals"]

IDENTITIES: tuple[Identity, ...] = (
    energy.electricity,
    energy.grid,
    energy.renewables,
    energy.flows_have_a_sign,
    energy.sites,
    energy.heat,
    energy.stored_heat,
    energy.plants,
    energy.trips,
    energy.battery,
    energy.battery_limits,
    energy.generator,
    work.requests,
    work.latency,
    work.histogram,
    work.jobs,
    work.job_table,
    work.gangs,
    work.chips,
    work.outages,
    network.links,
    network.data,
    network.paths,
    accounts.energy,
    accounts.fuel_and_water,
    accounts.data_sent,
    accounts.time_out_of_service,
    accounts.carbon,
    accounts.wear,
    accounts.demand,
    accounts.cost,
    accounts.attribution,
    accounts.finite,
)


def name_of(identity: Identity) -> str:
    """`file.function`."""
    return f"{identity.__module__.rpartition('.')[2]}.{identity.__name__}"


def residuals(world: World, before: Before) -> dict[str, Floats]:
    """Of every identity, `file.function` -> [E]."""
    return {name_of(identity): identity(world, before) for identity in IDENTITIES}
