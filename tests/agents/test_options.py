"""Options of heuristics: of the constructor's names and types, and within range."""

import math

import pytest

from wattshift_agents.errors import SettingsError
from wattshift_agents.heuristics import HEURISTICS, make_heuristics
from wattshift_agents.options import RANGES, checked_options


@pytest.mark.parametrize(
    ("heuristic", "option", "value", "message"),
    [
        ("thrifty", "caps", "abc", "options.thrifty.caps: got 'abc', must be a number"),
        ("thrifty", "caps", "0.5", "options.thrifty.caps: got '0.5', must be a number"),
        ("thrifty", "caps", True, "options.thrifty.caps: got True, must be a number"),
        ("thrifty", "caps", -5, "options.thrifty.caps: got -5, must be at least -1 and at most 1"),
        ("thrifty", "cooling", math.nan, "options.thrifty.cooling: got nan, must be at least -1"),
        ("thrifty", "cap", 0.1, 'options.thrifty.cap: unknown option. Did you mean "caps"\\? Known: caps, cooling'),
        ("autopilot", "caps", 0.1, "options.autopilot.caps: unknown option. It has none"),
        ("arbitrage", "power_share", 3.0, "options.arbitrage.power_share: got 3.0, must be above 0 and at most 1"),
        ("demand-response", "caps", -2.0, "options.demand-response.caps: got -2.0, must be at least -1"),
        ("demand-response", "margin", -1.0, "options.demand-response.margin: got -1.0, must be at least 0"),
        ("random", "seed", -1, "options.random.seed: got -1, must be at least 0"),
        ("mpc", "caps", 7.0, "options.mpc.caps: got 7.0, must be at least -1 and at most 1"),
        ("mpc", "horizon_h", 6.5, "options.mpc.horizon_h: got 6.5, must be a whole number"),
        ("mpc", "margin_h", math.inf, "options.mpc.margin_h: got inf, must be a finite number"),
        (
            "lowest-slot",
            "signal",
            "co2",
            "options.lowest-slot.signal: got 'co2', must be 'energy', 'price'",
        ),
        ("lowest-dollar", "levels", 3, "options.lowest-dollar.levels: got 3, must be"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(heuristic, option, value, message):
    with pytest.raises(SettingsError, match=message):
        checked_options({heuristic: {option: value}})


def test_options_that_are_no_mapping_are_refused():
    with pytest.raises(SettingsError, match=r"options.mpc: got 3, must be a mapping"):
        checked_options({"mpc": 3})


def test_options_that_can_be_meant_make_a_heuristic():
    options = {"thrifty": {"caps": 0}, "lowest-dollar": {"levels": [-0.5, 1]}, "mpc": {"horizon_h": 12, "period_h": 2}}
    thrifty, dollar, mpc = make_heuristics(list(options), checked_options(options))
    assert thrifty.caps == 0
    assert list(dollar.levels) == [0.0, -0.5, 1.0]
    assert mpc.settings[:2] == (12, 2)


def test_what_is_ranged_is_there():
    for heuristic, option in RANGES:
        assert option in checked_options({heuristic: {option: 0.5 if option != "seed" else 1}})[heuristic]
    assert {heuristic for heuristic, _ in RANGES} <= set(HEURISTICS)
