"""Every algorithm trains from config, comes back from its checkpoint, and refuses what it cannot drive."""

from dataclasses import replace
from types import SimpleNamespace

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from rich.console import Console
from sb3_contrib import MaskablePPO
from stable_baselines3.common.vec_env import DummyVecEnv

from wattshift_agents import checkpoint
from wattshift_agents.errors import SettingsError
from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.sb3.builders import ALGORITHMS, algorithm, check_drives
from wattshift_agents.sb3.learned import LearnedPolicy, load_policy
from wattshift_agents.sb3.levels import LevelsVecEnv, choices_of
from wattshift_agents.training import Trainer
from wattshift_agents.view import look

STORAGE = {
    "summary": "Batteries only.",
    "drives": ["storage"],
    "sees": ["clock", "sites", "forecast"],
    "pays": {"electricity_usd": 1, "carbon_usd": 1, "wear_usd": 1, "settlement_usd": 1},
}


@pytest.fixture
def storage_task(monkeypatch):
    """Makes environments of a trainer drive the batteries alone."""
    from wattshift_agents import environment

    make_vec = gymnasium.make_vec
    monkeypatch.setattr(environment.gymnasium, "make_vec", lambda *a, **k: make_vec(*a, **({"task": STORAGE} | k)))


@pytest.mark.parametrize("name", ["ppo_equivariant", "sac", "dqn"])
@pytest.mark.usefixtures("storage_task")
def test_an_algorithm_trains_and_acts_from_its_checkpoint(name, request, make_tiny, train_config, tmp_path):
    settings = request.getfixturevalue({"ppo_equivariant": "equivariant_config"}.get(name, f"{name}_config"))
    trainer = Trainer(replace(train_config, agent=settings, total_steps=384), tmp_path / "run", Console(quiet=True))
    assert trainer.run().steps == 384
    trainer.close()
    env = make_tiny(2, task=STORAGE)
    policy = load_policy(tmp_path / "run" / "last", env)
    observation, _ = env.reset(seed=0)
    action = policy.act(observation, look(env.world))
    assert env.action_space.contains(action)
    model = LearnedPolicy("model", trainer.model.policy, algorithm(name), settings, env)
    np.testing.assert_array_equal(action, model.act(observation, look(env.world)))
    shown = (tmp_path / "run" / "progress.csv").read_text().splitlines()[0].split(",")
    assert {"terms/electricity_usd", "kpi/cost_usd", "rollout/saving_share", "validation/cost_usd"} <= set(shown)


@pytest.mark.usefixtures("storage_task")
def test_a_buffer_learner_resumes(train_config, sac_config, tmp_path):
    config = replace(train_config, agent=sac_config, total_steps=128)
    for total, resume in ((128, None), (256, str(tmp_path / "128"))):
        trainer = Trainer(replace(config, total_steps=total, resume=resume), tmp_path / str(total), Console(quiet=True))
        assert trainer.run().steps == total
        trainer.close()


def test_another_shape_is_not_resumed(train_config, equivariant_config, tmp_path):
    config = replace(train_config, agent=equivariant_config, total_steps=128)
    trainer = Trainer(config, tmp_path / "first", Console(quiet=True))
    trainer.run()
    trainer.close()
    wider = replace(config, agent=replace(equivariant_config, width=16), resume=str(tmp_path / "first"))
    with pytest.raises(SettingsError, match="holds another agent"):
        Trainer(wider, tmp_path / "second", Console(quiet=True))


def test_heads_must_divide_the_width(make_tiny, equivariant_config):
    env = FleetVecEnv(make_tiny(4, "SameStep"))
    with pytest.raises(SettingsError, match=r"agent.heads: got 3, must divide agent.width = 8"):
        algorithm("ppo_equivariant").build(replace(equivariant_config, heads=3), env, 0)


@pytest.fixture
def portable(make_tiny, equivariant_config, train_config, tmp_path):
    """The checkpoint of an equivariant policy, of the tiny scenario."""
    env = FleetVecEnv(make_tiny(4, "SameStep"))
    model = algorithm("ppo_equivariant").build(equivariant_config, env, 0)
    world = make_tiny(1).world
    card = checkpoint.Card.untrained("portable", equivariant_config, train_config.task, world, seed=0)
    checkpoint.save(model, card, tmp_path / "portable")
    return tmp_path / "portable"


def test_an_equivariant_checkpoint_acts_on_another_scenario(portable, make_tiny):
    env = make_tiny(2, scenario="hybrid", traces=None)
    policy = load_policy(portable, env)
    observation, _ = env.reset(seed=0)
    assert env.action_space.contains(policy.act(observation, look(env.world)))


def test_an_equivariant_checkpoint_refuses_another_task(portable, make_tiny):
    with pytest.raises(SettingsError, match=r"slots storage, it was trained with routing, placement"):
        load_policy(portable, make_tiny(2, task=STORAGE))
    blind = STORAGE | {"drives": ["storage"], "sees": ["clock"]}
    card = checkpoint.read_card(portable)
    card.actions.clear()
    card.actions["storage"] = [0, 2]
    with pytest.raises(SettingsError, match=r'"site/up" is observed in training only'):
        card.check_fits(make_tiny(2, task=blind).world, portable, is_portable=True)


def test_levels_hold_every_combination_once_and_the_autopilot(dqn_config):
    choices = choices_of(dqn_config, spaces.Box(-1.0, 1.0, (3,)))
    assert choices.shape == (27, 3)
    assert len({tuple(choice) for choice in choices}) == 27
    assert (choices == 0.0).all(axis=1).sum() == 1


def test_too_many_combinations_are_refused_with_what_fits(dqn_config, make_tiny):
    with pytest.raises(SettingsError, match=r"3 levels \^ 20 entries .* up to 6 entries.*ppo, ppo_equivariant or sac"):
        algorithm("dqn").build(dqn_config, FleetVecEnv(make_tiny(4, "SameStep")), 0)


def test_levels_outside_the_action_space_are_refused(dqn_config):
    with pytest.raises(SettingsError, match=r"agent.levels: got \[0.0, 2.0\]"):
        choices_of(replace(dqn_config, levels=[0.0, 2.0]), spaces.Box(-1.0, 1.0, (1,)))


def test_a_choice_plays_its_action(dqn_config, make_tiny):
    cut, plain = (FleetVecEnv(make_tiny(2, "SameStep", task=STORAGE)) for _ in range(2))
    choices = choices_of(dqn_config, plain.action_space)
    cut = LevelsVecEnv(cut, choices)
    for env in (cut, plain):
        env.seed(1)
        env.reset()
    picks = np.array([7, 2])
    for ours, theirs in zip(cut.step(picks)[:3], plain.step(choices[picks])[:3], strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("kind", ["box", "choices"])
def test_an_algorithm_says_which_others_drive_what_it_cannot(name, kind):
    space = spaces.Box(-1.0, 1.0, (2,)) if kind == "box" else spaces.MultiDiscrete([3, 3])
    if isinstance(space, algorithm(name).drives):
        check_drives(name, space)
        return
    with pytest.raises(SettingsError, match=f"{name} cannot drive .*those that can: .*ppo"):
        check_drives(name, space)


class Picky(gymnasium.Env):
    """Two choices of three; the first pays most but is always masked."""

    observation_space = spaces.Box(-1.0, 1.0, (1,), np.float32)
    action_space = spaces.MultiDiscrete([3, 3])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action):
        assert (action > 0).all()
        return np.zeros(1, np.float32), float(np.sum(3 - action)), False, True, {}

    def action_masks(self):
        return np.array([False, True, True] * 2)


def test_masked_choices_are_never_taken_and_the_best_other_is_learned(maskable_config):
    env = DummyVecEnv([Picky] * 4)
    model = MaskablePPO("MlpPolicy", env, n_steps=32, batch_size=64, learning_rate=1e-2, seed=0, device="cpu")
    model.learn(1_024)
    batch = SimpleNamespace(action_masks=lambda: np.stack(env.env_method("action_masks")))
    policy = LearnedPolicy("picky", model.policy, algorithm("maskable_ppo"), maskable_config, batch)
    action = policy.act(np.zeros((4, 1), np.float32), None)
    assert (action == 1).all()
