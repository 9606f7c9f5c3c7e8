"""The claims at a glance: a table, and one picture of all checks that are shares."""

from pathlib import Path

from validation.check import Check, Section, markdown_table
from validation.report import verdict

PICTURE = Path(__file__).parents[2] / "docs" / "headlines" / "claims.png"
AGREES, MISSES, RANGE = "#1f5fa8", "#c8641e", "#dfe5ea"
LEFT, RIGHT = -40.0, 100.0
"""Of the axis, %; ranges that reach further are cut."""


def overview(sections: dict[str, Section]) -> list[str]:
    """Paragraphs for the head of the page; draws the picture."""
    draw(sections)
    rows: list[tuple[object, ...]] = []
    for topic, section in sections.items():
        agree = sum(check.holds for check in section.checks)
        missed = "; ".join(check.what for check in section.checks if not check.holds)
        command = f"`python benchmarks/headlines.py {topic}`"
        rows.append((section.title, f"{agree} of {len(section.checks)}", missed or "none", command))
    heading = ("claim", "checks that agree", "misses", "command")
    return [markdown_table(heading, rows), f"![Headline claims](headlines/{PICTURE.name})"]


def shares(section: Section) -> list[Check]:
    """Checks that one axis of per cent can show."""
    return [check for check in section.checks if check.unit in ("%", "points")]


def draw(sections: dict[str, Section]) -> None:
    """A bar for each share, over the range that agrees."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    found = {section.title: shares(section) for section in sections.values()}
    heights = [max(len(checks), 1) for checks in found.values()]
    figure, axes = pyplot.subplots(
        len(found),
        figsize=(10, 0.36 * sum(heights) + 0.5 * len(found)),
        height_ratios=heights,
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    for axis, (title, checks) in zip(axes[:, 0], found.items(), strict=True):
        for nth, check in enumerate(checks):
            low, high = max(check.low, LEFT), min(check.high, RIGHT)
            axis.barh(nth, high - low, left=low, height=0.85, color=RANGE)
            axis.barh(nth, check.ours, height=0.45, color=AGREES if check.holds else MISSES)
            axis.text(RIGHT + 1, nth, f"{check.ours:.1f}  {verdict(check)}", va="center", fontsize=8)
        axis.set_yticks(range(len(checks)), [check.what.replace("`", "") for check in checks], fontsize=8)
        axis.invert_yaxis()
        axis.axvline(0.0, color="#22303c", linewidth=0.8)
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_xlim(LEFT, RIGHT)
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.tick_params(left=False)
    axes[-1, 0].set_xlabel("% or percentage points; grey: the range that agrees with what was published")
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=110, facecolor="white")
    pyplot.close(figure)
