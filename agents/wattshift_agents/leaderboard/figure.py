"""The figure of a leaderboard: scores of the first policies of every task on one set."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt

from wattshift_agents.kinds import HEURISTIC, LEARNED, PLANNER
from wattshift_agents.leaderboard.collect import Board

BARS = 8
"""Policies in a panel."""

LEFT = -0.5
"""Least score that is drawn."""

COLOUR = {HEURISTIC: "#9fb3c4", PLANNER: "#2a8c6e", LEARNED: "#c8641e"}
COLUMNS = 3


def draw_scores(boards: Sequence[Board], path: Path) -> None:
    """One panel for each board: score with its interval, best first.

    Args:
        boards: Of one set.
        path: Of the PNG; its folder is made if need be.
    """
    columns = min(COLUMNS, len(boards))
    n_rows = -(-len(boards) // columns)
    figure, axes = plt.subplots(n_rows, columns, figsize=(4.6 * columns, 3.2 * n_rows), squeeze=False)
    for axis in axes.flat[len(boards) :]:
        axis.set_visible(False)
    for axis, board in zip(axes.flat, boards, strict=False):
        lines = sorted(board.lines, key=lambda line: -line.score.value)[:BARS][::-1]
        values = [line.score.value for line in lines]
        reach = [
            [max(0.0, line.score.value - line.score.low) for line in lines],
            [max(0.0, line.score.high - line.score.value) for line in lines],
        ]
        colours = [COLOUR[line.entrant.kind] for line in lines]
        axis.barh([line.entrant.policy for line in lines], values, xerr=reach, color=colours, ecolor="#22303c")
        axis.set_xlim(left=max(LEFT, axis.get_xlim()[0]))
        axis.axvline(0.0, color="#22303c", linewidth=0.8)
        axis.set_title(board.contest.task, fontsize=10)
        axis.tick_params(labelsize=8)
        axis.set_xlabel("score: 0 autopilot, 1 certified bound", fontsize=8)
    figure.legend(
        [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in COLOUR.values()],
        list(COLOUR),
        loc="upper right",
        ncols=len(COLOUR),
        fontsize=8,
        frameon=False,
    )
    figure.suptitle(f"Held-out set: {boards[0].contest.traces}", x=0.02, ha="left", fontsize=11)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
