"""`Check`: one published value beside ours. `Section`: what one topic has to show."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Check:
    """A published value, what this code gives, and the range in which the two agree.

    Args:
        what: the quantity, in words a reader of the source would use.
        published: the published value as text, unit included.
        ours: what was computed now.
        low: least value of `ours` that agrees.
        high: most.
        unit: of `ours`.
        source: where the published value stands.
    """

    what: str
    published: str
    ours: float
    low: float
    high: float
    unit: str
    source: str

    @property
    def holds(self) -> bool:
        """Whether ours lies within the range; NaN does not."""
        return self.low <= self.ours <= self.high


@dataclass(frozen=True)
class Section:
    """One topic of the validation: an explanation, its checks, further tables in Markdown, pictures by file name."""

    title: str
    text: str
    checks: list[Check] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


def markdown_table(heading: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A table in Markdown."""
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
