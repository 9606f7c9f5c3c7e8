"""The page and the CSV of a leaderboard."""

import csv
from collections.abc import Sequence
from pathlib import Path

from wattshift.kernel.terms import TERMS
from wattshift_agents.kinds import LEARNED, PLANNER
from wattshift_agents.leaderboard.collect import Board
from wattshift_agents.leaderboard.standings import CONFIDENCE, Standing
from wattshift_agents.results import REFERENCE
from wattshift_agents.statistics import Estimate
from wattshift_agents.table import KPI_COLUMNS

SHOWN = 12
"""Lines of a table on the page, the learned policies, the planner and the autopilot on top; the CSV has them all."""

FIGURE = "leaderboard/score-{}.png"
"""Beside the page, by set."""


def page(boards: Sequence[Board], command: str, notes: Sequence[str], pictures: Sequence[str]) -> str:
    """The page in Markdown.

    Args:
        boards: Of all contests.
        command: That was given.
        notes: What was left out, and why.
        pictures: Sets that have a figure.
    """
    parts = [
        f"<!-- Written by `{command}`; run that, not an editor. -->",
        "# Leaderboard",
        _preface(boards, command),
        *[f"- {note}" for note in notes],
        "## Learned policies against the best heuristic\n" + _summary(boards),
        *[f"![Scores on the set {traces}]({FIGURE.format(traces)})" for traces in pictures],
        *[_section(board) for board in boards],
        "## Commands\n" + _commands(boards),
    ]
    return "\n\n".join(parts) + "\n"


def write_csv(boards: Sequence[Board], path: Path) -> None:
    """One line for each task, set and policy with everything that is known about it."""
    kpis = list(boards[0].lines[0].entrant.kpis)
    estimates = ("score", "to_autopilot", "to_rival", "to_planner")
    heading = ["task", "set", "policy", "kind", "training_seeds", "windows", "bound_windows", "rival"]
    heading += [f"{name}{end}" for name in estimates for end in ("", "_low", "_high")]
    heading += [*kpis, "bound_usd", "decision_ms", "wall_s", "training_s", "command"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        for board in boards:
            contest = board.contest
            for line in board.lines:
                entrant = line.entrant
                row = [contest.task, contest.traces, entrant.policy, entrant.kind, *entrant.cost_usd.shape]
                row += [len(contest.bounds), line.rival or ""]
                for name in estimates:
                    row += [f"{part:.6g}" for part in getattr(line, name) or ()] or ["", "", ""]
                row += [f"{entrant.kpis[kpi].mean():.8g}" for kpi in kpis]
                row += [f"{board.bound_usd:.8g}", f"{entrant.decision_ms:.4g}", f"{entrant.wall_s:.4g}"]
                writer.writerow([*row, f"{entrant.training_s:.4g}", entrant.command])


def _preface(boards: Sequence[Board], command: str) -> str:
    contest = boards[0].contest
    budgets = "; ".join(
        f"{task}: " + ", ".join(agents) for task, agents in {b.contest.task: _budgets(b) for b in boards}.items()
    )
    return (
        f"`{command}`. Every policy met the same {contest.scene.windows} windows of each set with the same random "
        f"numbers (window i: seed {contest.scene.seed} + i); learned policies were trained and their checkpoints "
        "chosen on other synthetic years. Training: "
        f"{budgets} decisions. Costs are means over seeds and windows; differences are of the totals, paired by "
        f"window, negative is cheaper. Brackets are {CONFIDENCE:.0%} percentile bootstrap intervals over windows and, "
        "of learned policies, training seeds, drawn crossed; few seeds make them too narrow rather than too wide. The "
        "*score* is (autopilot - policy) / (autopilot - bound) of the totals over those "
        f"{len(contest.bounds)} windows for which the [certified bound](../docs/bound.md) was computed: 0 is the "
        "autopilot, 1 cannot be reached. On each of those windows every policy was checked to cost at least the bound. "
        "The *best heuristic* is the cheapest on these very windows, which favours the heuristics; it is held against "
        "the next one, and `mpc` is not counted among them. All policies and KPIs: [leaderboard.csv](leaderboard.csv)."
    )


def _budgets(board: Board) -> list[str]:
    return [f"`{agent}` {len(jobs)} x {jobs[0].units:,.0f}" for agent, jobs in board.contest.trainings.items()]


def _summary(boards: Sequence[Board]) -> str:
    rows = []
    for board in boards:
        learned, first = board.best(LEARNED), board.lines[0]
        if learned is None:
            continue
        rows.append(
            (
                board.contest.task,
                board.contest.traces,
                f"`{learned.entrant.policy}` ({len(learned.entrant.cost_usd)} seeds)",
                _interval(learned.score, 1.0, ".2f"),
                _percent(learned.to_autopilot),
                f"`{learned.rival}`",
                _percent(learned.to_rival),
                verdict(learned.to_rival),
                _percent(learned.to_planner),
                f"`{first.entrant.policy}`",
                f"{100.0 * (1.0 - board.bound_usd / _bounded_cost(board, first)):.0f}",
            )
        )
    heading = (
        *("task", "set", "best learned", "score", "to autopilot %", "best heuristic", "to it %", "below it?"),
        *("to `mpc` %", "cheapest policy", "its gap to the bound %"),
    )
    return _table(heading, rows)


def verdict(difference: Estimate | None) -> str:
    """Whether an interval says that the policy is cheaper, dearer, or neither."""
    if difference is None:
        return ""
    return "yes" if difference.high < 0.0 else "**no, dearer**" if difference.low > 0.0 else "**not shown**"


def _section(board: Board) -> str:
    first = board.lines[:SHOWN]
    kept = [line for line in board.lines if line in first or _always_shown(line)]
    terms = [term for term in TERMS if any(abs(line.entrant.kpis[term].mean()) >= 0.5 for line in kept)]
    is_weighed = any(line.objective_usd != line.cost_usd for line in kept)
    heading = (
        *("policy", "score", *(["objective USD"] if is_weighed else []), "cost USD"),
        *("to autopilot %", "to best heuristic %"),
        *(term.removesuffix("_usd") for term in terms),
        *(column.heading for column in KPI_COLUMNS),
        *("decision ms", "training s"),
    )
    rows = [
        (
            f"**`{line.entrant.policy}`**" if line.entrant.kind == LEARNED else f"`{line.entrant.policy}`",
            _interval(line.score, 1.0, ".2f"),
            *([f"{line.objective_usd:,.0f}"] if is_weighed else []),
            f"{line.cost_usd:,.0f}",
            _percent(line.to_autopilot),
            _percent(line.to_rival),
            *(f"{line.entrant.kpis[term].mean():,.0f}" for term in terms),
            *(column.write(float(line.entrant.kpis[column.kpi].mean())) for column in KPI_COLUMNS),
            f"{line.entrant.decision_ms:.2f}",
            f"{line.entrant.training_s:,.0f}" if line.entrant.kind == LEARNED else "",
        )
        for line in kept
    ]
    scene = board.contest.scene
    note = (
        f"{scene.windows} windows of {scene.episode_days:g} days on `{scene.scenario}`, the first from "
        f"{board.starts[0]}, the last from {board.starts[-1]}; cost terms in USD a window; mean bound "
        f"{board.bound_usd:,.0f} USD. {len(board.lines) - len(kept)} more policies are in the CSV."
    )
    if board.idle:
        note += (
            " Left out, since they do here what the autopilot does: " + ", ".join(f"`{n}`" for n in board.idle) + "."
        )
    return f"## {board.name}\n{_table(heading, rows)}\n\n{note}"


def _always_shown(line: Standing) -> bool:
    return line.entrant.kind in (LEARNED, PLANNER) or line.entrant.policy == REFERENCE


def _bounded_cost(board: Board, line: Standing) -> float:
    """Mean cost over the windows that have a bound."""
    return float(line.entrant.cost_usd[:, [job.window for job in board.contest.bounds]].mean())


def _commands(boards: Sequence[Board]) -> str:
    trainings = {job.command: None for board in boards for jobs in board.contest.trainings.values() for job in jobs[:1]}
    plays = {f"{board.contest.heuristics[0].command} policies=[all] checkpoints=[RUN]": None for board in boards}
    lines = "\n".join([*trainings, *plays])
    return f"First seeds only; the others differ in `seed=`.\n```bash\n{lines}\n```"


def _percent(estimate: Estimate | None) -> str:
    return "" if estimate is None else _interval(estimate, 100.0, "+.1f")


def _interval(estimate: Estimate, scale: float, pattern: str) -> str:
    value, low, high = (format(scale * part, pattern) for part in estimate)
    return f"{value} [{low}, {high}]"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
