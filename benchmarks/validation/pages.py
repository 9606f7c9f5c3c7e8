"""`Page`: a page of docs/ whose sections are computed by modules, one a topic, all or some of them from one command."""

import argparse
import importlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from validation.check import Section
from validation.report import section_parts, show, summary

DOCS = Path(__file__).parents[2] / "docs"


class Page(NamedTuple):
    """What to compute, and the page it is written to.

    Args:
        name: of the page in docs/, and of the folder of its pictures there.
        title: heading of the page.
        intro: first paragraph; how many checks agree is appended.
        package: of the modules, each with `section() -> Section`.
        topics: modules, in the order of the page.
        finish: last touch before the page is written, such as a picture of all sections; its paragraphs follow the
            intro.
    """

    name: str
    title: str
    intro: str
    package: str
    topics: tuple[str, ...]
    finish: Callable[[dict[str, Section]], list[str]] = lambda sections: []

    def main(self, description: str | None, arguments: list[str] | None = None) -> int:
        """Run topics; the exit status is 0 whatever the checks say: a miss is a result."""
        parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument(
            "topics", nargs="*", choices=[[], *self.topics], metavar="TOPIC", help=", ".join(self.topics)
        )
        topics = parser.parse_args(arguments).topics or self.topics
        begun_s = time.monotonic()
        sections = self.compute(topics)
        show(list(sections.values()))
        if set(sections) == set(self.topics):
            path = DOCS / f"{self.name}.md"
            path.write_text(self.text(sections))
            print(f"wrote {path.relative_to(DOCS.parent)} in {time.monotonic() - begun_s:.0f} s")
        return 0

    def compute(self, topics: Sequence[str]) -> dict[str, Section]:
        """The sections of some topics, by topic."""
        sections = {}
        for topic in (progress := tqdm(topics, unit="topic")):
            progress.set_description(topic)
            sections[topic] = importlib.import_module(f"{self.package}.{topic}").section()
        return sections

    def text(self, sections: dict[str, Section]) -> str:
        """The whole page, in Markdown."""
        checks = [check for section in sections.values() for check in section.checks]
        parts = [f"# {self.title}", f"{self.intro} {summary(checks)}", *self.finish(sections)]
        for section in sections.values():
            parts += section_parts(section, self.name)
        return "\n\n".join(parts) + "\n"
