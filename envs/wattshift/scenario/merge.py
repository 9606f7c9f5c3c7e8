"""One scenario document over another: what the change says, and of all else what the base says.

Mappings merge key by key, numbers, texts and lists replace, and null takes a key out. Sites, modules and links are
lists of named things: a mapping by name in their place merges into the list, known names key by key, new ones at its
end.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from .errors import ScenarioError, name_of, suggest

SITES, MODULES, LINKS = "sites", "modules", "links"
CLASSES = ("requests", "jobs")

_NAMED = {(SITES,): "site", (SITES, "*", MODULES): "module", (LINKS,): "link"}
"""Where lists of named things stand, and what one is called."""

_ANY = "*"
"""Stands for the name of a site in a path."""


def merge(base: Mapping[str, Any], changes: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The changes over the base, lists of named things as lists.

    Args:
        base: a document that was merged before; empty: `changes` stands alone.
        changes: what a file or mapping says, without `extends`.
        source: file or name for messages.

    Raises:
        ScenarioError: something to take out that is not there, or a named thing that is none; all problems at once.
    """
    problems: list[str] = []
    site_names = _site_names(base, changes)
    merged = _Merge(site_names, problems).mapping(base, changes, ())
    if problems:
        raise ScenarioError(source, problems)
    return merged


class _Merge:
    """One merge, and what was wrong with it."""

    def __init__(self, site_names: list[str], problems: list[str]) -> None:
        self.site_names = site_names
        self.problems = problems

    def mapping(self, base: Mapping[str, Any], changes: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        """Key by key."""
        merged = dict(base)
        for key, change in changes.items():
            where = (*path, key)
            kind = _NAMED.get(_pattern(where))
            if change is None and key in base:
                del merged[key]
            elif change is None and path and path[0] in CLASSES and len(path) == 1:
                self.problems.append(_missing(where, "class", map(str, base)))
            elif kind is not None and isinstance(change, Mapping):
                merged[key] = self.named(base.get(key, []), change, where, kind)
            elif isinstance(change, Mapping):
                inside = base.get(key)
                merged[key] = self.mapping(inside if isinstance(inside, Mapping) else {}, change, where)
            elif kind is not None and isinstance(change, list):
                merged[key] = [self.item(item, where) for item in change]
            else:
                merged[key] = change
        return merged

    def named(self, base: Any, changes: Mapping[str, Any], path: tuple[str, ...], kind: str) -> list[Any]:
        """A mapping by name into a list of named things."""
        merged = list(base) if isinstance(base, list | tuple) else []
        for name, change in changes.items():
            where = (*path, str(name))
            place = next((nth for nth, item in enumerate(merged) if is_called(item, name)), None)
            if change is not None and not isinstance(change, Mapping):
                self.problems.append(f"{_dotted(where)}: got {change!r}, must be a mapping, or null to take it out")
            elif place is None and change is None:
                known = [known for item in merged if (known := name_of(item)) is not None]
                self.problems.append(_missing(where, kind, known))
            elif place is None:
                merged.append(self.new(change or {}, where, kind))
            elif change is None:
                del merged[place]
            else:
                merged[place] = self.rename(self.mapping(merged[place], change, where), where, kind)
        return merged

    def new(self, change: Mapping[str, Any], path: tuple[str, ...], kind: str) -> dict[str, Any]:
        """A named thing that the list did not have; a link's ends follow from its name where it does not give them."""
        item = self.mapping({}, change, path)
        name = path[-1]
        if kind != "link":
            return self.rename({"name": name, **item}, path, kind)
        if "ends" not in item:
            found = [(a, b) for a in self.site_names for b in self.site_names if f"{a}-{b}" == name and a != b]
            if len(found) != 1:
                known = ", ".join(self.site_names)
                self.problems.append(f"{_dotted(path)}: must be named site-site, or give ends; sites: {known}")
                return item
            item["ends"] = list(found[0])
        return item

    def rename(self, item: dict[str, Any], path: tuple[str, ...], kind: str) -> dict[str, Any]:
        """The thing, if it still has the name under which it stands."""
        if kind != "link" and item.get("name") != path[-1]:
            self.problems.append(
                f"{_dotted(path)}.name: got {item.get('name')!r}, must be left out or {path[-1]!r}, where it stands"
            )
        return item

    def item(self, item: Any, path: tuple[str, ...]) -> Any:
        """One of a list that replaces: it may hold mappings by name in turn."""
        return self.mapping({}, item, (*path, str(item.get("name")))) if isinstance(item, Mapping) else item


def is_called(item: Any, name: Any) -> bool:
    """Whether a thing has the name; a link either way round."""
    if name_of(item) == name:
        return True
    ends = item.get("ends") if isinstance(item, Mapping) and "name" not in item else None
    return isinstance(ends, list | tuple) and "-".join(map(str, reversed(ends))) == name


def _site_names(*documents: Mapping[str, Any]) -> list[str]:
    """Of all sites that any of the documents speaks of."""
    names: dict[str, None] = {}
    for document in documents:
        sites = document.get(SITES)
        if isinstance(sites, Mapping):
            names |= dict.fromkeys(map(str, sites))
        elif isinstance(sites, list | tuple):
            names |= dict.fromkeys(name for site in sites if (name := name_of(site)) is not None)
    return list(names)


def _missing(path: tuple[str, ...], kind: str, known: Iterable[str]) -> str:
    """The complaint about something to take out that is not there."""
    return f"{_dotted(path)}: null takes a {kind} out, there is none of this name; {suggest(path[-1], known)}"


def _pattern(path: tuple[str, ...]) -> tuple[str, ...]:
    return (path[0], _ANY, *path[2:]) if len(path) > 1 else path


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(map(str, path))
