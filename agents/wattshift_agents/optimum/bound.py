"""The certified bound: what an episode costs at least, whatever a policy does and knows.

One linear program over the whole episode, under perfect foresight of its series and draws, in which every part of the
model is replaced by something cheaper: docs/bound.md has the list, with the reason why each is valid.
"""

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .case import make_case
from .modules import add_modules
from .network import price_network
from .program import Program
from .serving import add_requests
from .sites import add_sites
from .work import add_jobs

if TYPE_CHECKING:
    from wattshift.world import World


class Bound(NamedTuple):
    """A lower bound of an episode's cost, all terms and the settlement together."""

    total_usd: float  # certified: no policy's episode costs less
    optimum_usd: float  # of the relaxation as the solver reports it; the difference is what certifying cost
    terms_usd: dict[str, float]  # at the relaxation's optimum: where its cost lies, none of them a bound by itself
    seconds: float


def bound_usd(world: "World", seed: int, start: int = -1, slot_s: float = 3600.0, block_slots: int = 8) -> Bound:
    """Least cost of the episode that `world.begin` would begin with this seed and start row.

    It holds for every task on this world, whatever slots it drives, and is looser the fewer.

    Args:
        world: gives scenario, traces, episode length and job table; its state is not touched.
        seed: of the episode (`world.state.episode["seed"]`), 64 bits.
        start: first row of the traces; negative = drawn from the seed.
        slot_s: longest time over which energy is balanced as one; divides 3600. Shorter is tighter and slower.
        block_slots: slots within which a job's work is placed as one.

    Raises:
        ValueError: `slot_s` or `block_slots` is out of range.
        RuntimeError: the solver failed.
    """
    if block_slots < 1:
        raise ValueError(f"block_slots: got {block_slots}, must be at least 1")
    began_s = time.perf_counter()
    case = make_case(world, seed, start, slot_s)
    program = Program()
    network = price_network(case)
    modules = add_modules(program, case)
    constants_usd = add_sites(program, case, modules.load_kwh)
    constants_usd |= {"network": network.constant_usd, "requests": add_requests(program, case, network, modules)}
    add_jobs(program, case, network, modules, block_slots)
    solution = program.solve()
    constant_usd = sum(constants_usd.values())
    names = sorted({*solution.terms_usd, *constants_usd})
    return Bound(
        total_usd=constant_usd + solution.certified,
        optimum_usd=constant_usd + solution.optimum,
        terms_usd={name: solution.terms_usd.get(name, 0.0) + constants_usd.get(name, 0.0) for name in names},
        seconds=time.perf_counter() - began_s,
    )


def bounds_of(world: "World", slot_s: float = 3600.0, block_slots: int = 8) -> list[Bound]:
    """Bounds of the episodes in which a batch stands, one an environment."""
    episodes = world.state.episode
    return [
        bound_usd(world, int(seed), int(start), slot_s, block_slots)
        for seed, start in zip(np.array(episodes["seed"]), np.array(episodes["start"]), strict=True)
    ]
