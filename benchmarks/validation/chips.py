"""Chips: power, energy per token and latency of inference against batch size, and the H100 node at full load."""

from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from wattshift.kernel import chips as stages
from wattshift.kernel.jit import compiled
from wattshift.scenario import compile_params, load_scenario

from .check import Check, Section, markdown_table
from .mlenergy import INLET_C, SOURCE, Fit, Group, data_folder, fit, read_groups

module_power_kw = compiled(stages.module_power_kw)

FITTED, TESTED = slice(0, None, 2), slice(1, None, 2)
"""Every other batch size, the smallest first, is fitted; the others are predicted."""

NODE_KW, NODE_GPUS = 8.4, 8
PICTURE = Path(__file__).parents[2] / "docs" / "validation" / "batching.png"
COLOURS = {"H100": "#1f5fa8", "B200": "#c8641e"}

TEXT = f"""A replica's batch grows with its load: the time of a token is linear in the batch, the power of the chip
linear in the share of its full throughput (`kernel/batching.py`, `kernel/chips.py`). Both are fitted together, to power
and energy per token at every other batch size of each model and GPU of {SOURCE}, and predict the batch sizes between.
Time of a token is batch over throughput, with the prompts of other requests in it. Errors are means over the predicted
points. On B200 the measurements themselves jump (Llama-3.1-8B: 617 W at batch 64, 449 W at 128, and fewer tokens per
second at 128 than at 64; Qwen 3 8B: 646 W at batch 8, 494 W at 32, 748 W at 128), which no monotone law follows."""


class Result(NamedTuple):
    """A group, its fit and the mean relative errors at the points that were not fitted."""

    group: Group
    fit: Fit
    power_error: float
    energy_error: float
    time_error: float


def section() -> Section:
    """Fit and predict every group; the node at full load."""
    checks = [node_check()]
    folder = data_folder()
    groups = read_groups(folder)
    if not groups:
        text = f"{TEXT}\n\nNot computed here: no measurements at `{folder.name}` (set WATTSHIFT_DATA)."
        return Section("Chips", text, checks)
    results = [predict(group) for group in groups]
    draw(results, PICTURE)
    return Section("Chips", TEXT, error_checks(results) + checks, [results_table(results)], [PICTURE.name])


def predict(group: Group) -> Result:
    """Fit half of the batch sizes, predict the others."""
    fitted = fit(group, FITTED)
    batch = group.batch[TESTED]

    def error(ours: np.ndarray, measured: np.ndarray) -> float:
        return float(np.abs(ours / measured[TESTED] - 1.0).mean())

    return Result(
        group,
        fitted,
        error(fitted.gpu_w(batch), group.gpu_w),
        error(fitted.j_per_token(batch, group.gpus), group.j_per_token),
        error(fitted.token_ms(batch), group.token_ms),
    )


def error_checks(results: list[Result]) -> list[Check]:
    """Mean errors over all groups, and the worst group of each kind of GPU."""

    def check(what: str, error: float) -> Check:
        return Check(what, "within 10 %", 1e2 * error, 0.0, 10.0, "%", SOURCE)

    checks = [
        check(f"Power against batch, mean error of {len(results)} groups", np.mean([r.power_error for r in results])),
        check(f"Energy per token, mean error of {len(results)} groups", np.mean([r.energy_error for r in results])),
    ]
    for gpu in COLOURS:
        own = [result for result in results if result.group.gpu == gpu]
        worst = max(own, key=lambda result: result.power_error)
        checks.append(check(f"Power, worst group on {gpu} ({worst.group.model})", worst.power_error))
        worst = max(own, key=lambda result: result.energy_error)
        checks.append(check(f"Energy per token, worst group on {gpu} ({worst.group.model})", worst.energy_error))
    return checks


def node_check() -> Check:
    """The 8-GPU H100 node, every GPU at its peak, in air at 25 C."""
    document = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
    node = {"name": "node", "chip": "h100-sxm", "count": NODE_GPUS, "plant": "air-chiller", "power": "edge"}
    document["sites"][0]["modules"].append(node | {"job_share": 0.0})
    scenario = load_scenario(document)
    module = compile_params(scenario).modules[scenario.module_names.index("toronto/node")]
    node_kw = sum(module_power_kw(module, 0, NODE_GPUS, float(NODE_GPUS), NODE_GPUS, 0.0, 1.0, INLET_C))
    return Check(
        "8-GPU H100 node at full load, in air at 25 C",
        "8.4 kW at most, of 10.2 rated",
        node_kw,
        0.95 * NODE_KW,
        1.05 * NODE_KW,
        "kW",
        "published measurements of an 8-GPU H100 node",
    )


def results_table(results: list[Result]) -> str:
    """Parameters and errors of every group."""
    heading = (
        "model and GPUs",
        "batch sizes",
        "ms a token, lone",
        "lone share at 64",
        "at 256",
        "W a GPU, floor",
        "at full batch",
        "floor / full",
        "error of power",
        "of energy",
        "of time",
    )
    rows = []
    for group, fitted, *errors in results:
        shares = [f"{fitted.lone_share_at(batch):.2f}" for batch in (64.0, 256.0)]
        rows.append(
            (
                group.name,
                f"{len(group.batch)}, {group.batch[0]:.0f} to {group.batch[-1]:.0f}",
                f"{fitted.full_token_ms * fitted.lone_share:.1f}",
                *shares,
                f"{fitted.floor_w:.0f}",
                f"{fitted.peak_w:.0f}",
                f"{fitted.floor_w / fitted.peak_w:.2f}",
                *(f"{1e2 * error:.1f} %" for error in errors),
            )
        )
    return markdown_table(heading, rows)


def draw(results: list[Result], path: Path) -> None:
    """Energy per token and time of a token against the batch, a column a model: points measured, lines predicted."""
    models = sorted({result.group.model for result in results})
    figure, axes = plt.subplots(2, len(models), figsize=(3.0 * len(models), 6.0), sharex=True, sharey="row")
    for column, model in enumerate(models):
        for group, fitted, *_ in (result for result in results if result.group.model == model):
            batch = np.geomspace(group.batch[0], group.batch[-1], 60)
            curves = (
                (group.j_per_token, fitted.j_per_token(batch, group.gpus)),
                (group.token_ms, fitted.token_ms(batch)),
            )
            colour, style = COLOURS[group.gpu], "-" if group.gpus == 1 else "--"
            for ax, (measured, ours) in zip(axes[:, column], curves, strict=True):
                ax.plot(batch, ours, color=colour, linewidth=1.4, linestyle=style)
                ax.plot(group.batch[FITTED], measured[FITTED], "o", color=colour, markersize=4)
                ax.plot(group.batch[TESTED], measured[TESTED], "o", color=colour, markersize=5, markerfacecolor="white")
        axes[0, column].set_title(model, fontsize=9)
        axes[1, column].set_xlabel("requests in the batch")
    for ax in axes.flat:
        ax.set(xscale="log", yscale="log")
        ax.grid(True, color="#dde3e8", linewidth=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel("J per output token")
    axes[1, 0].set_ylabel("ms a token")
    handles = [plt.Line2D([], [], color=colour, label=gpu) for gpu, colour in COLOURS.items()]
    handles += [
        plt.Line2D([], [], color="#22303c", linestyle="--", label="model, several GPUs"),
        plt.Line2D([], [], color="#22303c", marker="o", linestyle="", markersize=4, label="measured, fitted"),
        plt.Line2D([], [], color="#22303c", marker="o", linestyle="", mfc="white", label="measured, predicted"),
    ]
    figure.legend(handles=handles, loc="upper center", ncols=len(handles), frameon=False, fontsize=9)
    figure.tight_layout(rect=(0.0, 0.0, 1.0, 0.94))
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110, facecolor="white")
    plt.close(figure)
