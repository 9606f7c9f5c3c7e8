"""Reading YAML without its traps.

YAML 1.1 reads `ON` (Ontario) as true, `12:30` as 750 and `1e-4` as text, and a repeated key silently wins. Here only
`true` and `false` are booleans, numbers are what they look like, and a repeated key is an error with its line.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from .errors import ScenarioError

_SCALARS = (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
)


class _Loader(yaml.SafeLoader):
    """Plain scalars by the core schema of YAML 1.2; repeated keys refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping whose keys are all different."""
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"key {key.value!r} repeated, first given in line {seen[key.value]}",
                    problem_mark=key.start_mark,
                )
            seen[key.value] = line
        return super().construct_mapping(node, deep)


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(node.value)


def _floating(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(node.value)


_Loader.yaml_implicit_resolvers = {}  # none of the inherited ones
for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:float", _floating)


def read_yaml(text: str, source: str) -> Any:
    """The document in a YAML text.

    Args:
        text: the YAML.
        source: file name for messages.

    Raises:
        ScenarioError: broken syntax or a repeated key, with the line.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark is not None else "somewhere"
        raise ScenarioError(source, [f"{line}: {error.problem}"]) from error
    except yaml.YAMLError as error:
        raise ScenarioError(source, [f"not readable as YAML: {error}"]) from error
