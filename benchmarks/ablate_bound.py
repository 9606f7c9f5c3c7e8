"""Where the gap between a policy and the certified bound comes from: four tables for docs/bound.md.

`python benchmarks/ablate_bound.py --windows 2 --days 7` prints for windows spread over a synthetic year:

- *slots*: the bound of the fleet without one of the control slots, a bound of every task that does not drive it;
- *resolution*: the bound with finer slots and blocks, all valid;
- *not bounds*: what the value would be if jobs ran at once, or requests stayed at their nearest site;
- *decisions*: a policy's own decisions imposed on the program, one kind after the other. What each adds is what this
  policy gives away by it, and what is left in the end is what the relaxation gives away at these decisions. These, too,
  are not bounds. `--plan` takes the actions that `hindsight.py --keep` has left instead of a policy's.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hindsight import plan_file, record

from wattshift.kernel.terms import SLOTS, TERMS
from wattshift.world import World
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.optimum.bound import relax
from wattshift_agents.optimum.case import Case, make_case
from wattshift_agents.optimum.modules import ModuleRows
from wattshift_agents.optimum.program import Ints, Program

BLOCK_H = 4
FINER = ((3600.0, 8), (3600.0, 2), (900.0, 4))
"""Lengths of slots in s and of blocks in h, besides the usual 3600 s and 4 h."""
AT_ONCE = 1.3
"""Times its run time on the fastest chips that a job takes at most where it runs at once."""
SLACK = 1e-4
"""Relative room given to what is imposed: sums of an episode's steps do not fit the program to the last bit."""


def value(case: Case, impose: Callable | None = None, block_h: int = BLOCK_H) -> float:
    """Optimum of an episode's program, USD, with what `impose(program, modules)` adds to it."""
    program = Program()
    modules, constants_usd = relax(program, case, block_h)
    if impose is not None:
        impose(program, modules)
    return sum(constants_usd.values()) + program.solve().optimum


def at_once(case: Case) -> Case:
    """The episode with jobs that are due when they could be done, and then cost so much that none is late."""
    jobs, kinds = case.episode.jobs.copy(), case.params.job_classes.copy()
    pace = case.params.streams["pace"][jobs["stream"]]
    arrival_h = case.episode.arrival_step * case.slots.step_h
    jobs["deadline_h"] = arrival_h + AT_ONCE * jobs["work_h"] / (jobs["gang"] * pace) + 1.0
    kinds["late_usd_per_chip_h"] *= 1e3
    episode, params = case.episode._replace(jobs=jobs), case.params._replace(job_classes=kinds)
    return case._replace(episode=episode, params=params)


def at_home(case: Case) -> Case:
    """The episode with requests that only modules of their nearest site serve."""
    candidates = case.params.candidates.copy()
    candidates["module"][candidates["site"] != candidates["site"][:, :1]] = -1
    return case._replace(params=case.params._replace(candidates=candidates))


def measure(world: World, case: Case, seed: int, actions: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
    """Cost of an episode, and what was done in it, summed over the slots of the bound.

    Axes are slots and modules, in kWh or chip-hours; of `served`, requests, they are slots, flows and candidates.
    """
    table, h = case.params.modules, case.slots.step_h
    sums: dict[str, np.ndarray] = {}
    world.begin(np.ones(1, np.bool_), np.array([seed], np.uint64), np.array([case.episode.start]))
    every, world.decision_every = world.decision_every, 1
    for step, slot in enumerate(case.slots.of_step):
        world.step(actions[step // every][None], np.zeros(1, np.bool_))
        account, state = world.ledger.modules[0], world.state.modules[0]
        dynamic = account["clock"] ** table["dvfs_exponent"]
        amounts = {
            "on": np.maximum(state["awake"] + state["waking"] - state["failed_chips"], 0) * state["up"] * h,
            "serving": account["serving_chips"] * h,
            "serving_dynamic": account["serving_chips"] * dynamic * h,
            "working": account["working_chips"] * h,
            "working_dynamic": account["working_chips"] * dynamic * h,
            "worked": account["working_chips"] * account["clock"] * h,
            "it": account["it_kw"] * h,
            "loss": account["loss_kw"] * h,
            "plants": account["plant_kw"].sum(axis=-1) * h,
            "served": world.ledger.routes["per_s"][0] * case.rules.step_s,
        }
        for name, amount in amounts.items():
            sums.setdefault(name, np.zeros((len(case.slots.first), *amount.shape)))[slot] += amount
    world.decision_every = every
    return float(world.ledger.totals["cost_usd"][0].sum()), sums


def impositions(case: Case, done: dict[str, np.ndarray]) -> dict[str, Callable]:
    """Kinds of decisions, and what each adds to a program so that they are as they were."""
    n_modules = len(case.params.modules)

    def requests(program: Program, modules: ModuleRows) -> None:
        kinds = np.argwhere(case.params.candidates["module"] >= 0)
        for (flow, nth), served in zip(kinds, program.terms["requests"], strict=True):
            pin(program, [(served, 1.0)], done["served"][:, flow, nth])

    def jobs(program: Program, modules: ModuleRows) -> None:
        clock = np.divide(done["worked"], done["working"], out=np.ones_like(done["on"]), where=done["working"] > 0.0)
        rows = program.at_most(done["worked"] * (1.0 + SLACK) + SLACK)  # work that was lost was done twice
        program.add(rows, modules.chips.worked, 1.0)
        program.add(rows, modules.chips.loading, clock)

    def clocks(program: Program, modules: ModuleRows) -> None:
        chips = modules.chips
        pin(program, [(chips.working, 1.0), (chips.loading, 1.0)], done["working"])
        for name in ("serving", "serving_dynamic", "working_dynamic"):
            pin(program, [(getattr(chips, name), 1.0)], done[name])

    def plants(program: Program, modules: ModuleRows) -> None:
        for module in range(n_modules):
            own = [(part, 1.0) for of, part in modules.load_kwh[2 * n_modules :] if of == module]
            pin(program, own, done["plants"][:, module])

    def losses(program: Program, modules: ModuleRows) -> None:
        for module, part in modules.load_kwh[n_modules : 2 * n_modules]:
            pin(program, [(part, 1.0)], done["loss"][:, module])

    return {
        "requests where they were served": requests,
        "jobs where and when they ran": jobs,
        "clocks": clocks,
        "chips awake": lambda program, modules: pin(program, [(modules.chips.on, 1.0)], done["on"]),
        "chips' power at their loops": lambda program, modules: pin(program, [(modules.chips.it_kwh, 1.0)], done["it"]),
        "losses": losses,
        "cooling": plants,
    }


def pin(program: Program, parts: list[tuple[Ints, float]], values: np.ndarray) -> None:
    """Let a sum of variables have these values, but for `SLACK`."""
    room = SLACK * (np.abs(values) + 1e-2)
    for sign in (1.0, -1.0):
        rows = program.at_most(sign * values + room)
        for variables, factor in parts:
            program.add(rows, variables, sign * factor)


def ablate(world: World, seed: int, start: int, actions: np.ndarray, said: str) -> None:
    """Print the four tables of one window."""
    case = make_case(world, seed, start, 3600.0)
    bound = value(case)
    print(f"bound {bound:.0f}")
    for slot in SLOTS:
        if slot in case.drives:
            usd = value(case._replace(drives=case.drives - {slot}))
            print(f"  without {slot}: {usd - bound:+.0f}", flush=True)
    for slot_s, block_h in FINER:
        usd = value(make_case(world, seed, start, slot_s), block_h=block_h)
        print(f"  slots of {slot_s:.0f} s, blocks of {block_h} h: {usd - bound:+.0f}", flush=True)
    print(f"  not a bound, jobs at once: {value(at_once(case)) - bound:+.0f}")
    print(f"  not a bound, requests at their nearest site: {value(at_home(case)) - bound:+.0f}", flush=True)
    cost_usd, done = measure(world, case, seed, actions)
    imposed: list[Callable] = []
    last = bound
    for name, impose in impositions(case, done).items():
        imposed.append(impose)
        usd = value(case, lambda program, modules: [one(program, modules) for one in imposed])
        print(f"  of {said}, {name}: {usd - last:+.0f}", flush=True)
        last = usd
    print(f"  of {said}, all else: {cost_usd - last:+.0f}")
    terms = zip(TERMS, world.ledger.totals["cost_usd"][0], strict=True)
    shown = ", ".join(f"{term.removesuffix('_usd')} {usd:.0f}" for term, usd in terms if abs(usd) >= 0.5)
    print(f"{said}: {cost_usd:.0f} ({shown})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="hybrid")
    parser.add_argument("--days", type=float, default=7.0, help="length of a window")
    parser.add_argument("--windows", type=int, default=2)
    parser.add_argument("--seed", type=int, default=100, help="of the first window")
    parser.add_argument("--policy", default="stack", help="heuristic whose decisions are imposed")
    parser.add_argument("--plan", type=Path, help="folder of actions that `hindsight.py --keep` has left, instead")
    asked = parser.parse_args()
    world = World(1, scenario=asked.scenario, episode_days=asked.days)
    starts = np.linspace(0, world.rows[-1], asked.windows + 2).astype(np.int64)[1:-1]
    for seed, start in enumerate(starts.tolist(), asked.seed):
        print(f"{asked.days:g} days from row {start}, seed {seed}, USD:")
        if asked.plan is None:
            actions, said = record(world, make_heuristics([asked.policy])[0], seed, start), asked.policy
        else:
            actions, said = np.load(plan_file(asked.plan, "fleet", asked.days, seed)), "hindsight"
        ablate(world, seed, start, actions, said)


if __name__ == "__main__":
    main()
