"""The README's tables, from the JSON files of `results/`, between their markers."""

import json
import re
from pathlib import Path
from typing import Any

from pages.environment import Row, table


def filled(readme: str, results: Path) -> str:
    """The README with its tables written anew where their files exist.

    Args:
        readme: its text.
        results: folder with `bench.json` (from `make bench`) and `leaderboard.json` (`results.json` of an evaluation).

    Raises:
        ValueError: a pair of markers is missing.
    """
    for marker, file, write in (
        ("results", "leaderboard.json", results_table),
        ("bench", "bench.json", bench_table),
    ):
        if (results / file).is_file():
            readme = between(readme, marker, write(json.loads((results / file).read_text(encoding="utf-8"))))
    return readme


def between(text: str, marker: str, content: str) -> str:
    """The text with what stands between a pair of markers replaced.

    Raises:
        ValueError: there is not one such pair.
    """
    begin, end = f"<!-- {marker}:begin -->", f"<!-- {marker}:end -->"
    replaced, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{content}\n{end}", text, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"found {count} pairs of the markers {begin} and {end}, must be one")
    return replaced


REFERENCE = "autopilot"
ALWAYS_SHOWN = (REFERENCE, "random", "all-low", "middle", "all-high")
"""Constants stand in every table: none of them may beat the best heuristic."""


def results_table(results: dict[str, Any]) -> str:
    """Policies by rising cost, with paired differences and their intervals; those dearer than the autopilot by name."""
    costs = {entry["policy"]: entry["cost_usd"]["value"] for entry in results["policies"]}
    dearest_usd = costs.get(REFERENCE, float("inf"))
    left_out = [name for name, usd in costs.items() if usd >= dearest_usd and name not in ALWAYS_SHOWN]
    rows: list[Row] = []
    for entry in results["policies"]:
        if entry["policy"] in left_out:
            continue
        means = entry["means"]
        rows.append(
            (
                f"`{entry['policy']}`",
                f"{entry['cost_usd']['value']:,.0f}",
                _percent(entry["to_autopilot_share"]),
                _percent(entry["to_best_share"]),
                _percent(entry["to_planner_share"]),
                f"{means['carbon_kg']:,.0f}",
                f"{means['energy_kwh']:,.0f}",
                f"{means['pue']:.3f}",
                f"{100 * means['slo_share']:.2f}",
                f"{means['jobs_late']:,.1f}",
            )
        )
    heading = (
        "policy",
        "cost USD",
        "to autopilot %",
        "to best heuristic %",
        "to `mpc` %",
        "carbon kg",
        "energy kWh",
        "PUE",
        "SLO met %",
        "jobs late",
    )
    task = results["settings"]["task"]
    note = (
        f"Means over {results['windows']} held-out windows of {task['episode_days']:g} days on `{task['scenario']}`, "
        f"the same for every policy, decided every {_pace(task)}; differences are paired, negative is cheaper, with "
        f"{results['confidence']:.0%} bootstrap intervals. The best heuristic is held against the next one; `mpc`, a "
        "planner, is none. The table is the end of `make train`; all numbers are in `results/leaderboard.json`."
    )
    if any(share["low"] is None for entry in results["policies"] if (share := entry["to_best_share"])):
        note += " Where a difference has no interval, the means alone were kept."
    if left_out:
        names = ", ".join(f"`{name}`" for name in left_out)
        note += f" Left out, since they cost as much as the autopilot or more: {names}."
    return f"{table(heading, rows)}\n\n{note}"


def _pace(task: dict[str, Any]) -> str:
    hours = task["decision_every"] * task["step_s"] / 3600.0
    return "hour" if hours == 1.0 else f"{hours:g} h"


def _percent(share: dict[str, float] | None) -> str:
    if share is None:
        return ""
    if share["low"] is None:
        return f"{100 * share['value']:+.2f}"
    return f"{100 * share['value']:+.2f} [{100 * share['low']:+.2f}, {100 * share['high']:+.2f}]"


def bench_table(bench: dict[str, Any]) -> str:
    """Steps per second, start and memory."""
    rates = [*bench["stepping"], *bench["learning"]]
    rows: list[Row] = [
        (rate["name"], rate["num_envs"], rate["actions"], f"{rate['steps_per_s']:,.0f}") for rate in rates
    ]
    cold, warm, on = bench["starts"]["cold"], bench["starts"]["warm"], bench["machine"]
    note = (
        f"`make bench`: medians of {bench['settings']['rounds']} rounds on one core of {on['cpu']}, "
        f"Python {on['python']}, numba {on['numba']}, {on['date']}; "
        f"episodes of {bench['settings']['episode_days']:g} days on `{bench['settings']['scenario']}`, with resets. "
        f"From import to the first step: {warm['total_s']:.1f} s, "
        f"the first time {cold['total_s']:.0f} s (compiling the kernel, building the traces); peak memory of a batch "
        f"of 64: {warm['peak_mib']:,.0f} MiB."
    )
    return f"{table(('case', 'environments', 'actions', 'steps/s'), rows)}\n\n{note}"
