"""The certified bound: what an episode costs at least, whatever a policy of the task does and knows.

One linear program over the whole episode, under perfect foresight of its series and draws, in which every part of the
model is replaced by something cheaper: docs/bound.md has the list, with the reason why each is valid. What the
autopilot is sure to do in the control slots that the task does not drive is part of it.
"""

import time
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .case import Case, make_case
from .modules import ModuleRows, add_modules
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


def bound_usd(
    world: "World",
    seed: int,
    start: int = -1,
    drives: Collection[str] | None = None,
    slot_s: float = 3600.0,
    block_h: int = 4,
) -> Bound:
    """Least cost of the episode that `world.begin` would begin with this seed and start row.

    It holds for every policy that moves no control slot but those of `drives`, and is looser the more they are.

    Args:
        world: gives scenario, traces, episode length and job table; its state is not touched.
        seed: of the episode (`world.state.episode["seed"]`), 64 bits.
        start: first row of the traces; negative = drawn from the seed.
        drives: control slots (`wattshift.kernel.terms.SLOTS`); None = those of the world's task.
        slot_s: longest time over which energy is balanced as one; divides 3600. Shorter is tighter and slower.
        block_h: hours within which a job's work is placed as one: 1, 2, 4 or 8. Likewise.

    Raises:
        ValueError: an argument is out of range, or `drives` names something that is no control slot.
        RuntimeError: the solver failed.
    """
    began_s = time.perf_counter()
    case = make_case(world, seed, start, slot_s, drives)
    program = Program()
    _, constants_usd = relax(program, case, block_h)
    solution = program.solve()
    constant_usd = sum(constants_usd.values())
    names = sorted({*solution.terms_usd, *constants_usd})
    return Bound(
        total_usd=constant_usd + solution.certified,
        optimum_usd=constant_usd + solution.optimum,
        terms_usd={name: solution.terms_usd.get(name, 0.0) + constants_usd.get(name, 0.0) for name in names},
        seconds=time.perf_counter() - began_s,
    )


def relax(program: Program, case: Case, block_h: int) -> tuple[ModuleRows, dict[str, float]]:
    """Write the program of an episode; returns its modules, and the constant parts of the cost, USD by term."""
    network = price_network(case)
    modules = add_modules(program, case)
    constants_usd = add_sites(program, case, modules.load_kwh, modules.most_kw)
    constants_usd |= {"network": network.constant_usd, "requests": add_requests(program, case, network, modules.chips)}
    add_jobs(program, case, network, modules.chips, block_h)
    return modules, constants_usd


def bounds_of(
    world: "World", drives: Collection[str] | None = None, slot_s: float = 3600.0, block_h: int = 4
) -> list[Bound]:
    """Bounds of the episodes in which a batch stands, one an environment."""
    episodes = world.state.episode
    return [
        bound_usd(world, int(seed), int(start), drives, slot_s, block_h)
        for seed, start in zip(np.array(episodes["seed"]), np.array(episodes["start"]), strict=True)
    ]
