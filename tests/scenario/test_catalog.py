"""Every number of the catalog has a grade and a source, and the derived chip figures agree with what was measured."""

import pytest

from wattshift import catalog
from wattshift.catalog import CatalogError, Quantity
from wattshift.catalog.entries import Battery, Entry
from wattshift.catalog.load import parse
from wattshift.scenario import load_scenario
from wattshift.scenario.fleet import job_speed, request_rate

ENTRIES = [
    pytest.param(entry, id=f"{section}/{name}")
    for section, entries in catalog.sections().items()
    for name, entry in entries.items()
]


def quantities(entry: Entry) -> dict[str, Quantity]:
    return {name: value for name, value in entry if isinstance(value, Quantity)}


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_number_has_a_grade_and_a_source(entry):
    plain_numbers = [name for name, value in entry if isinstance(value, int | float) and not isinstance(value, bool)]
    assert not plain_numbers
    assert quantities(entry)
    for name, quantity in quantities(entry).items():
        assert quantity.grade in "ABC"
        assert len(quantity.source) > 5, f"{name} cites {quantity.source!r}, which is a key that was not replaced"
        assert (quantity.grade == "C") == quantity.source.startswith("estimate")


@pytest.mark.parametrize(
    ("number", "complaint"),
    [
        ("[0.9, C, 'a guess']", "grade C"),
        ("[0.9, A, 'estimate: said to be sure']", "grade C"),
        ("[0.9, D, 'a maker']", "grade"),
        ("[1.9, A, 'a maker']", "0 .. 1"),
        ("0.9", "charge_efficiency"),
    ],
)
def test_a_number_without_provenance_or_out_of_range_is_refused(number, complaint):
    text = f"""
sources: {{maker: a data sheet}}
entries:
  cell:
    charge_efficiency: {number}
    discharge_efficiency: [0.9, A, maker]
    replacement_usd_per_kwh: [300, A, maker]
    cycle_life: [5000, A, maker]
    calendar_life_y: [15, A, maker]
    max_rate_per_h: [1, A, maker]
"""
    with pytest.raises(CatalogError, match=complaint) as error:
        parse(text, "batteries.yaml", Battery)
    assert "batteries.yaml: cell" in str(error.value)


def test_conversation_on_an_h100_uses_the_energy_per_token_that_was_measured():
    conversation = load_scenario("hybrid").requests["conversation"]
    output_tokens = 350
    tokens_per_s = output_tokens * request_rate(catalog.chips()["h100-sxm"], conversation)
    assert 0.07 <= 688.0 / tokens_per_s <= 0.15  # J per output token at the measured full-batch power


def test_a_serving_gpu_keeps_two_thirds_of_its_power_at_vanishing_load():
    for chip in catalog.chips().values():
        if chip.kind in ("gpu", "tpu", "asic"):
            assert chip.floor_w.value / chip.peak_w.value == pytest.approx(0.66, abs=0.05)


def test_a_chip_that_lacks_precision_memory_or_software_has_no_rate():
    scenario = load_scenario("hybrid")
    chips = catalog.chips()
    assert request_rate(chips["hailo-8"], scenario.requests["conversation"]) == 0.0
    assert request_rate(chips["tpu-v5e"], scenario.requests["conversation"]) == 0.0  # 16 GB
    assert request_rate(chips["epyc-9654"], scenario.requests["interactive"]) == 0.0
    assert job_speed(chips["l4"], scenario.jobs["training"]) == 0.0
    assert job_speed(chips["h100-sxm"], scenario.jobs["training"]) == 1.0
    assert job_speed(chips["epyc-9654"], scenario.jobs["preprocessing"]) == 1.0
