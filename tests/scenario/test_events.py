"""Events and maintenance in a scenario: what is refused, and in which words."""

import copy
from typing import Any

import pytest

from wattshift.scenario import ScenarioError, compile_params, load_scenario
from wattshift.scenario.tables import TARGETS

TINY = load_scenario("tiny").model_dump(mode="json")


def document_with(*events: dict[str, Any]) -> dict[str, Any]:
    return {**copy.deepcopy(TINY), "events": list(events)}


def event(**changes: Any) -> dict[str, Any]:
    fields = {"target": "site", "name": "toronto", "begin_h": 1, "hours": 2} | changes
    return {key: value for key, value in fields.items() if value is not None}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            event(name="torronto"),
            "events.torronto: name must be a site of this scenario; did you mean 'toronto'? Known: dallas, toronto",
        ),
        (
            event(target="feed", name="dalas"),
            "events.dalas: name must be a site of this scenario; did you mean 'dallas'? Known: dallas, toronto",
        ),
        (
            event(target="link", name="toronto-dalas"),
            "events.toronto-dalas: name must be a link of this scenario; did you mean 'toronto-dallas'? "
            "Known: toronto-dallas",
        ),
        (
            event(target="cooling", name="toronto/h10"),
            "events.toronto/h10: name must be a module of this scenario; did you mean 'toronto/h100'? "
            "Known: dallas/l4, toronto/cpu, toronto/h100",
        ),
        (
            event(target="plant"),
            "events.toronto.target: got 'plant', must be one of site, feed, link, module, cooling, chips",
        ),
        (event(begin_h=-1), "events.toronto.begin_h: got -1, must be a number >= 0"),
        (event(hours=0), "events.toronto.hours: got 0, must be a number > 0"),
        (event(hours=None), "events.toronto.hours: missing, must be a number > 0"),
        (event(share=0.5), "events.toronto: share is for target: chips only, here the target is site"),
        (
            event(target="chips", name="dallas/l4"),
            "events.dallas/l4: share is missing, must say which share of the chips is out, > 0 and <= 1",
        ),
        (
            event(target="chips", name="dallas/l4", share=1.5),
            "events.dallas/l4.share: got 1.5, must be a number > 0 and <= 1",
        ),
    ],
)
def test_a_wrong_event_is_named_with_what_is_allowed(wrong, said):
    with pytest.raises(ScenarioError) as error:
        load_scenario(document_with(event(), wrong))
    assert error.value.problems == (said,)


def test_all_wrong_events_are_named_at_once():
    with pytest.raises(ScenarioError) as error:
        load_scenario(document_with(event(name="x"), event(), event(target="link", name="y"), event(hours=-1)))
    assert len(error.value.problems) == 3


def test_maintenance_ends_before_the_next_begins():
    document = document_with()
    document["sites"][0]["modules"][0]["maintenance"] = {"every_days": 2, "hours": 48}
    with pytest.raises(ScenarioError) as error:
        load_scenario(document)
    (said,) = error.value.problems
    assert said == "sites.toronto.modules.h100.maintenance: hours is 48, must be < 48 for a service every 2 days"


def test_events_of_an_extension_know_the_names_of_what_it_extends():
    scenario = load_scenario({"extends": "hybrid", "events": [event(target="chips", name="frankfurt/cpu", share=0.1)]})
    (row,) = compile_params(scenario, 300.0).events
    assert (TARGETS[row["what"]], row["target"]) == ("chips", scenario.module_names.index("frankfurt/cpu"))
    assert (row["chips"], row["begin_step"], row["n_steps"], row["every_steps"], row["on_clock"]) == (6, 12, 24, 0, 0)


def test_maintenance_becomes_a_recurring_event_on_the_clock():
    document = document_with(event())
    document["sites"][1]["modules"][0]["maintenance"] = {"every_days": 7, "hours": 2.5, "first_day": 3, "hour": 1}
    scripted, service = compile_params(load_scenario(document), 900.0).events
    assert (scripted["on_clock"], service["on_clock"]) == (0, 1)
    assert (TARGETS[service["what"]], service["target"]) == ("module", 2)
    assert (service["begin_step"], service["n_steps"], service["every_steps"]) == (73 * 4, 10, 7 * 96)


def test_a_link_takes_the_rates_of_its_kind_unless_it_has_its_own():
    def rates(**changes: Any) -> tuple[float, float]:
        document = document_with()
        document["links"][0] |= changes
        hazards = compile_params(load_scenario(document)).hazards
        (row,) = hazards[hazards["what"] == TARGETS.index("link")]
        return float(row["mtbf_h"]), float(row["mttr_h"])

    assert rates() == (2000.0, 4.0)
    assert rates(faults={"mtbf_h": 10.0, "mttr_h": 1.0}) == (10.0, 1.0)


def test_rates_must_be_positive():
    document = document_with()
    document["sites"][0]["modules"][0]["chip_faults"] = {"mtbf_h": 0, "mttr_h": 5}
    with pytest.raises(
        ScenarioError, match=r"sites\.toronto\.modules\.h100\.chip_faults\.mtbf_h: got 0, must be a number > 0"
    ):
        load_scenario(document)


def test_a_scenario_with_events_dumps_and_loads_to_the_same():
    scenario = load_scenario(document_with(event(), event(target="module", name="toronto/cpu", kind="maintenance")))
    assert load_scenario(scenario.model_dump(mode="json")) == scenario
