"""YAML reads as it looks, and says where it is broken."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattshift.scenario import ScenarioError
from wattshift.scenario.yaml_text import read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ON", "ON"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("010", 10),
        ("1e-4", 1e-4),
        ("1.5", 1.5),
        (".5", 0.5),
        ("true", True),
        ("~", None),
        ('"1"', "1"),
    ],
)
def test_scalars_are_what_they_look_like(text, value):
    read = read_yaml(f"key: {text}", "file.yaml")["key"]
    assert read == value
    assert type(read) is type(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_printed_number_reads_back(number):
    assert math.isclose(read_yaml(f"key: {number!r}", "file.yaml")["key"], number, rel_tol=0.0, abs_tol=0.0)


@given(st.integers())
def test_every_printed_integer_reads_back(number):
    assert read_yaml(f"key: {number}", "file.yaml")["key"] == number


def test_a_repeated_key_is_refused_with_both_lines():
    with pytest.raises(ScenarioError, match=r"^file\.yaml: line 3: key 'a' repeated, first given in line 1$"):
        read_yaml("a: 1\nb: 2\na: 3\n", "file.yaml")


def test_broken_syntax_names_file_and_line():
    with pytest.raises(ScenarioError, match=r"^file\.yaml: line 3: "):
        read_yaml("a: 1\nb: [1, 2\nc: 3\n", "file.yaml")


def test_anchors_work():
    assert read_yaml("a: &x {k: 1}\nb: *x\n", "file.yaml") == {"a": {"k": 1}, "b": {"k": 1}}
