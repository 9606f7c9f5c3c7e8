"""What was measured: on which machine, as tables, and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from learning import NULL
from measure import Rate
from rich.console import Console
from rich.table import Table
from startup import STAGES

from wattshift_agents.run_folder import versions


def machine() -> dict[str, Any]:
    """Processor, cores, how busy it is with other things, versions and date."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **versions(),
    }


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def rates_table(title: str, rates: Sequence[Rate]) -> Table:
    """One line a case: median and range over the rounds."""
    table = Table(title=title, title_justify="left")
    table.add_column("case")
    for heading in ("environments", "actions", "steps/s", "lowest", "highest"):
        table.add_column(heading, justify="right")
    for rate in rates:
        speeds = rate.rounds_steps_per_s
        numbers = [f"{value:,.0f}" for value in (rate.steps_per_s, min(speeds), max(speeds))]
        table.add_row(rate.name, str(rate.num_envs), rate.actions, *numbers)
    return table


def environment_shares(learning: Sequence[Rate]) -> dict[str, float]:
    """Share of training time that the environment takes: 1 - steps/s with it / steps/s with the null environment."""
    null_steps_per_s = next(rate.steps_per_s for rate in learning if rate.name == NULL)
    return {rate.name: 1.0 - rate.steps_per_s / null_steps_per_s for rate in learning if rate.name != NULL}


def starts_table(starts: dict[str, dict[str, float]]) -> Table:
    """Stages of the first and of the later starts."""
    table = Table(title="From import to the first step, s", title_justify="left")
    table.add_column("caches")
    sizes = ("traces_mib", "peak_mib")
    for stage in (*STAGES, "total_s", *sizes):
        table.add_column(stage.removesuffix("_s").replace("_", " "), justify="right")
    for caches, seconds in starts.items():
        cells = [f"{seconds[name]:.2f}" for name in (*STAGES, "total_s")]
        table.add_row(caches, *cells, *(f"{seconds[name]:,.0f}" for name in sizes))
    return table


def show(bench: dict[str, Any], stepping: Sequence[Rate], learning: Sequence[Rate]) -> None:
    """Print everything."""
    console = Console()
    on = bench["machine"]
    console.print(f"{on['cpu']}, one core of {on['cores']}, load before {on['load_before']:.2f}")
    console.print(rates_table("Stepping (scenario hybrid, resets included)", stepping))
    console.print(rates_table("Learning (one update a round)", learning))
    for name, share in bench["environment_share"].items():
        console.print(f"{name}: the environment takes {share:.0%} of the time")
    console.print(starts_table(bench["starts"]))


def write(bench: dict[str, Any], path: Path) -> None:
    """Write the JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bench, indent=2) + "\n", encoding="utf-8")
