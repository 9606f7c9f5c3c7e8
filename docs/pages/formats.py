"""The table of file formats, from their modules, between its markers."""

from pages.environment import table
from pages.readme import between
from wattshift.data.formats import formats
from wattshift.data.options import OPTIONS


def with_formats(page: str) -> str:
    """The page with its table of formats written anew.

    Raises:
        ValueError: a pair of markers is missing.
    """
    rows = [
        (
            f"`{one.name}`",
            one.summary,
            one.states,
            ", ".join(f"`{OPTIONS[name].flag}`" for name in one.asks) or "nothing",
        )
        for one in formats().values()
    ]
    return between(page, "formats", table(("format", "what it is", "what its files say", "what is asked for"), rows))
