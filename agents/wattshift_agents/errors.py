"""What a user got wrong, as opposed to what we got wrong."""

import difflib
from collections.abc import Iterable


class SettingsError(ValueError):
    """A setting, checkpoint or file cannot be used; the message is one line meant for the user."""


def closest(word: str, known: Iterable[str]) -> str:
    """' Did you mean "x"?' for the known word nearest to `word`, or nothing where none is near."""
    matches = difflib.get_close_matches(word, list(known), n=1)
    return f' Did you mean "{matches[0]}"?' if matches else ""
