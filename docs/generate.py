"""Write what is generated in the docs: `python docs/generate.py`, or `make docs`."""

from pathlib import Path

from pages.environment import environment_page
from pages.formats import with_formats
from pages.policies import heuristics_page
from pages.readme import filled
from pages.tasks import task_page

from wattshift import TASKS

ROOT = Path(__file__).resolve().parents[1]


def generated() -> dict[Path, str]:
    """Every file with generated parts, and the whole text that it should have."""
    readme, data = ROOT / "README.md", ROOT / "docs" / "data.md"
    return {
        ROOT / "docs" / "environment.md": environment_page(),
        readme: filled(readme.read_text(encoding="utf-8"), ROOT / "results"),
        data: with_formats(data.read_text(encoding="utf-8")),
        ROOT / "docs" / "heuristics.md": heuristics_page(),
        **{ROOT / "docs" / "environments" / f"{task}.md": task_page(task) for task in TASKS},
    }


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
