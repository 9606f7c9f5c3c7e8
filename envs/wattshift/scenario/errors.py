"""Errors for people: what was wrong, where, and what is allowed."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


class ScenarioError(ValueError):
    """A scenario is not usable.

    Attributes:
        source: file name or name of the scenario.
        problems: one line each, `path.of.the.field: got X, must be Y`; all that were found.
    """

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        if len(self.problems) == 1:
            text = f"{source}: {self.problems[0]}"
        else:
            text = f"{source}: {len(self.problems)} problems\n" + "\n".join(f"  {line}" for line in self.problems)
        super().__init__(text)


def suggest(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a question, and all known words: `did you mean 'l4'? Known: a100, l4`."""
    words = sorted(known)
    nearest = difflib.get_close_matches(word, words, n=1)
    question = f"did you mean {nearest[0]!r}? " if nearest else ""
    return f"{question}Known: {', '.join(words)}"


def from_validation(
    source: str,
    document: Any,
    model: type[BaseModel],
    error: ValidationError,
    says: Callable[[Sequence[int | str]], str] | None = None,
) -> ScenarioError:
    """All of pydantic's complaints in this package's words.

    Args:
        source: file name or name of the scenario.
        document: what was validated, for the names in the paths.
        model: the model it was validated against, for what is allowed.
        error: what pydantic found.
        says: which file says what stands at a place; another than `source` is named behind the complaint.
    """
    schema = model.model_json_schema()
    problems = []
    for fault in error.errors():
        file = says(_location(fault)) if says is not None else source
        problems.append(_problem(document, schema, fault) + (f" (in {file})" if file != source else ""))
    return ScenarioError(source, problems)


_KEY = "[key]"
"""Last part of pydantic's path where the key of a mapping is wrong, not its value."""


def _problem(document: Any, schema: dict[str, Any], fault: ErrorDetails) -> str:
    location = _location(fault)
    where = ".".join(named_parts(document, location))
    prefix = f"{where}: " if where else ""
    if fault["type"] == "extra_forbidden":
        known = _resolve(schema, _descend(schema, location[:-1])).get("properties", {})
        return f"{prefix}unknown key, {suggest(str(location[-1]), known)}"
    if fault["type"] == "missing":
        return f"{prefix}missing, must be {_allowed(schema, location)}"
    if fault["type"] == "value_error":
        complaint = str(fault["ctx"]["error"])
        is_scalar = not isinstance(fault["input"], Mapping | list | tuple)
        return f"{prefix}got {fault['input']!r}, {complaint}" if is_scalar else f"{prefix}{complaint}"
    return f"{prefix}got {_shown(fault['input'])}, must be {_allowed(schema, fault['loc'])}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _location(fault: ErrorDetails) -> list[int | str]:
    return [part for part in fault["loc"] if part != _KEY]


def named_parts(document: Any, location: Sequence[int | str]) -> list[str]:
    """A path in which list positions give way to the names of their items where they have one."""
    parts = []
    for part in location:
        inside = _inside(document, part)
        name = name_of(inside) if isinstance(part, int) else None
        parts.append(name if name is not None else str(part))
        document = inside
    return parts


def name_of(item: Any) -> str | None:
    """A site's or module's name, a link's `end-end`; None of what has neither."""
    if not isinstance(item, Mapping):
        return None
    name, ends = item.get("name"), item.get("ends")
    if isinstance(name, str):
        return name
    if isinstance(ends, list | tuple) and len(ends) == 2:
        return "-".join(map(str, ends))
    return None


def _inside(document: Any, part: int | str) -> Any:
    if isinstance(document, Mapping):
        return document.get(part)
    if isinstance(document, list | tuple) and isinstance(part, int) and part < len(document):
        return document[part]
    return None


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, behind its reference and without the `null` of an optional field."""
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            return _resolve(schema, option)
    if "$ref" in node:
        return _resolve(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    return node


def _descend(schema: dict[str, Any], location: Sequence[int | str]) -> dict[str, Any]:
    """The part of the JSON schema that rules a location."""
    if location and location[-1] == _KEY:
        keys = _resolve(schema, _descend(schema, location[:-2]))
        return keys.get("propertyNames") or {"type": "string", "pattern": next(iter(keys["patternProperties"]))}
    node = schema
    for part in location:
        node = _resolve(schema, node)
        if isinstance(part, int):
            positions = node.get("prefixItems", ())
            node = positions[part] if part < len(positions) else node.get("items", {})
        else:
            values = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
            node = node.get("properties", {}).get(part) or next((value for value in values if value), {})
    return node


_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
_LENGTHS = {"minItems": "at least", "maxItems": "at most", "minProperties": "at least"}


def _allowed(schema: dict[str, Any], location: Sequence[int | str]) -> str:
    """What a field accepts, in words, from its JSON schema."""
    node = _resolve(schema, _descend(schema, location))
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    text = _KINDS.get(node.get("type", ""), "as documented")
    bounds = [f"{sign} {node[key]:g}" for key, sign in _BOUNDS.items() if key in node]
    lengths = [f"of {words} {node[key]} items" for key, words in _LENGTHS.items() if key in node]
    pattern = ["like 'north-1' (small letters, digits, - and _)"] if "pattern" in node else []
    return " ".join([text, " and ".join(bounds + lengths + pattern)]).strip()
