"""Checkpoints act as the model did, and refuse what they do not fit, saying why."""

import json
import shutil

import numpy as np
import pytest

from wattshift_agents import checkpoint
from wattshift_agents.errors import SettingsError
from wattshift_agents.policy import Policy
from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.sb3.builders import build_ppo
from wattshift_agents.sb3.learned import load_policy
from wattshift_agents.view import look


@pytest.fixture
def env(make_tiny):
    return make_tiny(2)


@pytest.fixture
def model(make_tiny, train_config):
    return build_ppo(train_config.agent, FleetVecEnv(make_tiny(4, "SameStep")), seed=1)


@pytest.fixture
def saved(model, env, train_config, tmp_path):
    card = checkpoint.Card.untrained("mine", train_config.agent, train_config.task, env.world, seed=1)
    checkpoint.save(model, card, tmp_path / "run" / "best")
    return tmp_path / "run" / "best"


def edit_card(folder, **changes):
    path = folder / checkpoint.CARD
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_loaded_policy_acts_as_the_model(saved, model, env):
    policy = load_policy(saved, env)
    assert isinstance(policy, Policy)
    assert policy.name == "mine"
    observation, _ = env.reset(seed=0)
    policy.reset(env.world)
    action = policy.act(observation, look(env.world))
    np.testing.assert_array_equal(action, model.predict(observation, deterministic=True)[0])
    assert env.action_space.contains(action)


def test_an_untrained_policy_is_nearly_the_autopilot(saved, env):
    observation, _ = env.reset(seed=0)
    assert np.abs(load_policy(saved, env).act(observation, look(env.world))).max() < 0.05


def test_every_way_to_name_a_checkpoint_finds_it(saved):
    for path in (saved, saved / checkpoint.MODEL, saved.parent):
        assert checkpoint.find(path) == saved


def test_a_run_gives_what_is_preferred(saved):
    shutil.copytree(saved, saved.parent / "last")
    assert checkpoint.find(saved.parent).name == "best"
    assert checkpoint.find(saved.parent, prefer="last").name == "last"


def test_names_in_an_evaluation_stay_unique(saved, env):
    assert load_policy(saved, env, taken=["mine", "mine-2"]).name == "mine-3"


def test_nothing_is_half_written(saved, model):
    before = (saved / checkpoint.MODEL).read_bytes()
    with pytest.raises(TypeError):
        checkpoint.save(model, "no card", saved.parent / "other")
    assert not (saved.parent / "other" / checkpoint.CARD).exists()
    assert (saved / checkpoint.MODEL).read_bytes() == before


def test_a_missing_checkpoint_is_named(tmp_path, env):
    with pytest.raises(SettingsError, match="nowhere: no checkpoint"):
        load_policy(tmp_path / "nowhere", env)


def test_another_layout_is_refused_with_the_task_to_ask_for(saved, make_tiny):
    words = r"observes \d+ features, the environment shows \d+.*task.scenario=tiny.*Only ppo_equivariant"
    with pytest.raises(SettingsError, match=words):
        load_policy(saved, make_tiny(2, scenario="hybrid", traces=None))


def test_another_pace_is_refused_unless_asked_for(saved, make_tiny):
    other = make_tiny(2, decision_every=12)
    words = r"trained to decide every 300 s, .* every 3600 s. It was trained with task=fleet .*any_pace=true"
    with pytest.raises(SettingsError, match=words):
        load_policy(saved, other)
    assert load_policy(saved, other, any_pace=True).name == "mine"


def test_the_same_pace_in_other_steps_is_the_same(saved, make_tiny):
    """An hour is an hour, whether of twelve steps of five minutes or of one."""
    edit_card(saved, decision_s=3600.0)
    hourly = make_tiny(2, decision_every=12), make_tiny(2, step_s=3600.0, traces=None)
    seen = np.zeros((2, len(hourly[0].world.layout.features)), np.float32)
    of_twelve, of_one = (load_policy(saved, env).choose(seen) for env in hourly)
    np.testing.assert_array_equal(of_twelve, of_one)
    with pytest.raises(SettingsError, match=r"trained to decide every 3600 s, .* every 300 s"):
        load_policy(saved, make_tiny(2))


def test_another_variant_is_said(saved, make_tiny, caplog):
    load_policy(saved, make_tiny(2))
    assert not caplog.text
    load_policy(saved, make_tiny(2, variant={"carbon_signal": "marginal"}))
    assert "trained with the variant none, this environment has {'carbon_signal': 'marginal'}" in caplog.text


def test_a_card_of_the_first_format_says_its_pace_by_its_task(saved, env, make_tiny):
    card = json.loads((saved / checkpoint.CARD).read_text())
    for name in ("decision_s", "variant", "validation_objective_usd"):
        del card[name]
    card |= {"format": 1, "validation_cost_usd": 12.5}
    card["task"]["variant"] = {}
    (saved / checkpoint.CARD).write_text(json.dumps(card))
    read = checkpoint.read_card(saved)
    assert (read.decision_s, read.variant, read.validation_objective_usd) == (300.0, {}, 12.5)
    load_policy(saved, env)
    with pytest.raises(SettingsError, match="trained to decide every 300 s"):
        load_policy(saved, make_tiny(2, decision_every=3))
    del card["task"]["decision_every"]
    (saved / checkpoint.CARD).write_text(json.dumps(card))
    with pytest.raises(SettingsError, match=r"policy.json: an older version .*add task.step_s and task.decision_every"):
        load_policy(saved, env)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"against_autopilot": True}, r"agent.against_autopilot: unknown setting. Known: .*against, .*Another version"),
        ({"gamma": None}, r"agent.gamma: missing. Another version of wattshift"),
    ],
)
def test_an_agent_of_another_version_is_refused_in_words(saved, env, changes, message):
    agent = json.loads((saved / checkpoint.CARD).read_text())["agent"] | changes
    edit_card(saved, agent={name: value for name, value in agent.items() if value is not None})
    with pytest.raises(SettingsError, match=message):
        load_policy(saved, env)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", r"policy.json: got a list, must be a mapping"),
        (b"3", r"policy.json: got a int, must be a mapping"),
        (b"\xff{}", r"policy.json: not UTF-8 text: invalid start byte at byte 0"),
        (b'{"format": 2}', r"policy.json: name: Field required"),
    ],
)
def test_a_card_that_is_none_is_refused(saved, env, content, message):
    (saved / checkpoint.CARD).write_bytes(content)
    with pytest.raises(SettingsError, match=message):
        load_policy(saved, env)


def test_a_field_of_a_wrong_type_and_an_unknown_algorithm_are_named(saved, env):
    edit_card(saved, algorithm="pppo")
    with pytest.raises(SettingsError, match=r'algorithm: got pppo, must be one of ppo.*mean "ppo"'):
        load_policy(saved, env)
    edit_card(saved, algorithm="ppo", observation=3)
    with pytest.raises(SettingsError, match=r"policy.json: observation: "):
        load_policy(saved, env)


def test_a_renamed_feature_is_refused_by_name(saved, env):
    names = list(env.world.layout.names)
    edit_card(saved, observation=["other", *names[1:]])
    with pytest.raises(SettingsError, match=f'feature 0 of the observation is "{names[0]}".*"other"'):
        load_policy(saved, env)


def test_another_action_slot_is_refused_by_name(saved, env):
    edit_card(saved, actions={"storage": [0, 12]})
    with pytest.raises(SettingsError, match='action slot "storage"'):
        load_policy(saved, env)


def test_damaged_files_are_named(saved, env):
    edit_card(saved, format=99)
    with pytest.raises(SettingsError, match=r"policy.json: format 99"):
        load_policy(saved, env)
    (saved / checkpoint.CARD).write_text("{\n oops")
    with pytest.raises(SettingsError, match=r"policy.json:2: not JSON"):
        load_policy(saved, env)


def test_a_zip_that_is_no_checkpoint_is_named(saved, env):
    (saved / checkpoint.MODEL).write_bytes(b"no zip at all")
    with pytest.raises(SettingsError, match=r"model.zip: not a Stable-Baselines3 checkpoint"):
        load_policy(saved, env)


def test_weights_of_another_network_are_refused(saved, env, train_config):
    edit_card(saved, agent=json.loads((saved / checkpoint.CARD).read_text())["agent"] | {"hidden": [8]})
    with pytest.raises(SettingsError, match=r"weights and policy.json disagree"):
        load_policy(saved, env)
