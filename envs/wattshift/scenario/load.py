"""Loading a scenario: built in, from a file, or from a mapping."""

from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .errors import ScenarioError, from_validation, suggest
from .fields import SITES, TARGET_NAMES
from .schema import Scenario
from .yaml_text import read_yaml

EXTENDS = "extends"
"""Key that names the built-in scenario on which a file builds."""


def builtin_scenarios() -> tuple[str, ...]:
    """Names of the scenarios that come with the package."""
    return tuple(sorted(_builtin_files()))


def load_scenario(name_or_path: str | Path | Mapping[str, Any] | Scenario) -> Scenario:
    """A validated scenario.

    Args:
        name_or_path: the name of a built-in scenario (`tiny`, `hybrid`, `global`), the path of a YAML file, or the
            contents of one as a mapping. With `extends: hybrid` it needs to say only what differs from that
            built-in scenario: mappings merge key by key, lists (sites, links) and numbers replace. A loaded
            scenario is returned as it is.

    Raises:
        ScenarioError: no such scenario, broken YAML, or fields that are missing, unknown or out of range: all of them
            at once, each with its path, its value and what is allowed.
    """
    if isinstance(name_or_path, Scenario):
        return name_or_path
    if isinstance(name_or_path, Mapping):
        return _validate(name_or_path, "scenario")
    builtin = _builtin_files().get(str(name_or_path))
    file = builtin if builtin is not None else Path(name_or_path)
    if not file.is_file():
        hint = suggest(str(name_or_path), builtin_scenarios())
        raise ScenarioError(str(name_or_path), [f"no such file, nor a built-in scenario; {hint}"])
    return _validate(read_yaml(file.read_text(encoding="utf-8"), file.name), file.name)


def _builtin_files() -> dict[str, Traversable]:
    folder = resources.files(__package__) / "builtin"
    return {file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")}


def _validate(document: Any, source: str) -> Scenario:
    if not isinstance(document, Mapping):
        raise ScenarioError(source, [f"got {type(document).__name__}, must be a mapping with a list of sites"])
    if EXTENDS in document:
        document = _extended(document, source)
    try:
        return Scenario.model_validate(document, context=_known_names(document))
    except ValidationError as error:
        raise from_validation(source, document, Scenario, error) from error


def _extended(document: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The document over the built-in one that it extends: mappings merge key by key, all else replaces."""
    base = document[EXTENDS]
    files = _builtin_files()
    if base not in files:
        raise ScenarioError(
            source, [f"{EXTENDS}: got {base!r}, must be a built-in scenario; {suggest(str(base), files)}"]
        )
    changes = {key: value for key, value in document.items() if key != EXTENDS}
    return _merged(read_yaml(files[base].read_text(encoding="utf-8"), files[base].name), changes)


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**base, **changes}
    for key in base.keys() & changes.keys():
        if isinstance(base[key], Mapping) and isinstance(changes[key], Mapping):
            merged[key] = _merged(base[key], changes[key])
    return merged


def _known_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """Names of sites, modules and links in an unchecked document, as far as they can be read."""
    sites = [(site["name"], site) for site in _mappings(document.get("sites")) if isinstance(site.get("name"), str)]
    site_names = [name for name, _ in sites]
    links = ["-".join(map(str, ends)) for link in _mappings(document.get("links")) if (ends := _pair(link.get("ends")))]
    modules = [f"{name}/{module.get('name')}" for name, site in sites for module in _mappings(site.get("modules"))]
    of_targets = {"site": site_names, "feed": site_names, "link": links}
    return {SITES: site_names, TARGET_NAMES: of_targets | dict.fromkeys(("module", "cooling", "chips"), modules)}


def _mappings(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list | tuple) else []


def _pair(ends: Any) -> Sequence[Any]:
    return ends if isinstance(ends, list | tuple) and len(ends) == 2 else ()
