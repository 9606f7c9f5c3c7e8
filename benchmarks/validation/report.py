"""Sections as tables for the terminal and as Markdown."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from validation.check import Check, Section, markdown_table

PUBLISHED = ("what", "published", "ours", "agrees within", "", "source")
"""Headings of a table of checks."""


def row(check: Check) -> tuple[str, ...]:
    """A check as text: what, published, ours, range, verdict, source."""
    agrees = f"{check.low:.4g} .. {check.high:.4g}"
    return check.what, check.published, f"{check.ours:.4g} {check.unit}".strip(), agrees, verdict(check), check.source


def verdict(check: Check) -> str:
    """In a word."""
    return "agrees" if check.holds else "MISS"


def summary(checks: Sequence[Check]) -> str:
    """How many agree, as a sentence."""
    missed = sum(not check.holds for check in checks)
    return f"{len(checks) - missed} of {len(checks)} checks agree{f', {missed} miss' if missed else ''}."


def show(sections: Sequence[Section], headings: tuple[str, ...] = PUBLISHED) -> None:
    """Print every check and the tables."""
    console = Console()
    for section in sections:
        table = Table(title=section.title, title_justify="left")
        for heading in headings[:-1]:
            table.add_column(heading)
        for check in section.checks:
            colour = "green" if check.holds else "red"
            table.add_row(*row(check)[:-2], f"[{colour}]{verdict(check)}[/{colour}]")
        console.print(table)
        for more in section.tables:
            console.print(more, markup=False, highlight=False)


def section_parts(section: Section, folder: str, headings: tuple[str, ...] = PUBLISHED) -> list[str]:
    """Paragraphs of a section in Markdown; its pictures lie in `folder`."""
    parts = [f"## {section.title}", section.text]
    if section.checks:
        parts.append(markdown_table(headings, [row(check) for check in section.checks]))
    parts += section.tables
    return [*parts, *(f"![{section.title}]({folder}/{picture})" for picture in section.pictures)]
