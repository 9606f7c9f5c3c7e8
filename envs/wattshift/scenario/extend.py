"""`extends`: a scenario on top of another, built in or one's own, and that one perhaps on top of a third."""

from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from .errors import ScenarioError, named_parts, suggest
from .merge import is_called, merge
from .yaml_text import read_yaml

EXTENDS = "extends"
"""Key that names the built-in scenario, or the file, on which a document builds."""


class Layer(NamedTuple):
    """What one file says."""

    source: str
    document: Mapping[str, Any]


class Chain(NamedTuple):
    """A document with all that it builds on."""

    layers: tuple[Layer, ...]  # what stands beneath first
    document: dict[str, Any]  # merged, without `extends`

    @property
    def source(self) -> str:
        """The file or name that was asked for."""
        return self.layers[-1].source

    def says(self, location: Sequence[int | str]) -> str:
        """The file that says what stands at a location of the merged document, or speaks of what it lies in."""
        parts = named_parts(self.document, location)
        for depth in range(len(parts), 0, -1):
            for layer in reversed(self.layers):
                if _speaks_of(layer.document, parts[:depth]):
                    return layer.source
        return self.source


def builtin_files() -> dict[str, Traversable]:
    """The scenarios that come with the package, by name."""
    folder = resources.files(__package__) / "builtin"
    return {file.name.removesuffix(".yaml"): file for file in folder.iterdir() if file.name.endswith(".yaml")}


def chain_of_file(file: Path | Traversable) -> Chain:
    """A file, built in or one's own, with all that it builds on.

    Raises:
        ScenarioError: broken YAML, nothing by the name after `extends`, a file that extends itself, or a change of
            something that is not there.
    """
    return _chain_of_file(_found(file), ())


def chain_of(document: Mapping[str, Any], source: str) -> Chain:
    """A mapping with all that it builds on; files are looked for from the working directory.

    Raises:
        ScenarioError: as of a file.
    """
    return _chain(document, source, Path(), ())


class _File(NamedTuple):
    """A file, and the folder of the files that it may extend; those built in extend only those built in."""

    file: Path | Traversable
    folder: Path | None


def _found(file: Path | Traversable) -> _File:
    if file in builtin_files().values() or not isinstance(file, Path):
        return _File(file, None)
    return _File(file.resolve(), file.resolve().parent)


def _chain_of_file(found: _File, above: tuple[_File, ...]) -> Chain:
    document = read_yaml(found.file.read_text(encoding="utf-8"), found.file.name)
    return _chain(document, found.file.name, found.folder, (*above, found))


def _chain(document: Any, source: str, folder: Path | None, above: tuple[_File, ...]) -> Chain:
    if not isinstance(document, Mapping):
        raise ScenarioError(source, [f"got {type(document).__name__}, must be a mapping with a list of sites"])
    changes = {key: value for key, value in document.items() if key != EXTENDS}
    beneath = Chain((), {})
    if EXTENDS in document:
        base = _base(document[EXTENDS], source, folder)
        if base in above:
            ring = " -> ".join([*(upper.file.name for upper in above[above.index(base) :]), base.file.name])
            raise ScenarioError(source, [f"{EXTENDS}: got {document[EXTENDS]!r}, a file cannot extend itself: {ring}"])
        beneath = _chain_of_file(base, above)
    return Chain((*beneath.layers, Layer(source, changes)), merge(beneath.document, changes, source))


def _base(name: Any, source: str, folder: Path | None) -> _File:
    """The file that `extends` names: built in, or relative to the folder."""
    builtin = builtin_files()
    if isinstance(name, str) and name in builtin:
        return _found(builtin[name])
    if isinstance(name, str) and folder is not None and (folder / name).is_file():
        return _found(folder / name)
    where = "" if folder is None else f" or a file (looked for in {folder.resolve()})"
    hint = suggest(str(name), builtin)
    raise ScenarioError(source, [f"{EXTENDS}: got {name!r}, must be a built-in scenario{where}; {hint}"])


def _speaks_of(document: Any, parts: Sequence[str]) -> bool:
    """Whether a document says something at a path of keys and names."""
    for part in parts:
        if isinstance(document, Mapping):
            if part not in document:
                return False
            document = document[part]
        elif isinstance(document, list | tuple):
            named = [item for item in document if is_called(item, part)]
            if named:
                document = named[0]
            elif part.isdigit() and int(part) < len(document):
                document = document[int(part)]
            else:
                return False
        else:
            return False
    return True
