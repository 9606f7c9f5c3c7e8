"""The search behind the stack finds what is cheapest part by part, keeps the first where nothing is, and says so."""


def test_it_finds_the_minimum_of_a_sum_and_reports_every_trial():
    from tuning.descent import descend

    options = {"x": [0, 1, 2, 3], "y": [0, -1, -2]}
    trials = []
    found = descend(options, lambda at: (at["x"] - 2) ** 2 + (at["y"] + 1) ** 2, 5, trials.append)
    assert found == {"x": 2, "y": -1}
    assert {trial.sweep for trial in trials} == {1, 2}, "the second sweep changes nothing, and is the last"
    assert [trial.option for trial in trials if trial.sweep == 1 and trial.part == "x"] == options["x"]


def test_what_is_not_cheaper_does_not_replace_the_first():
    from tuning.descent import descend

    assert descend({"x": ["autopilot", "other"]}, lambda at: 1.0, 3, lambda trial: None) == {"x": "autopilot"}


def test_interactions_take_more_than_one_sweep():
    from tuning.descent import descend

    cost = {(0, 0): 3.0, (1, 0): 4.0, (0, 1): 2.0, (1, 1): 1.0}
    assert descend({"x": [0, 1], "y": [0, 1]}, lambda at: cost[at["x"], at["y"]], 1, lambda trial: None) == {
        "x": 0,
        "y": 1,
    }
    assert descend({"x": [0, 1], "y": [0, 1]}, lambda at: cost[at["x"], at["y"]], 3, lambda trial: None) == {
        "x": 1,
        "y": 1,
    }


def test_choices_begin_with_the_autopilot_and_print_as_code():
    import tuning.choices as choices

    from wattshift.kernel.terms import SLOTS

    assert set(choices.BY_SLOT) <= set(SLOTS)
    for rules in choices.BY_SLOT.values():
        assert rules[0] is choices.IDLE
        assert len({repr(rule) for rule in rules}) == len(rules)
        assert all(isinstance(eval(repr(rule), vars(choices)), rule.kind) for rule in rules)
