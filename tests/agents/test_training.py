"""A run leaves all it promises, repeats itself exactly, and can be interrupted and resumed."""

import csv
import json
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from rich.console import Console
from stable_baselines3.common.callbacks import BaseCallback
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from wattshift_agents import checkpoint, training
from wattshift_agents.errors import SettingsError
from wattshift_agents.interrupt import StopRequest
from wattshift_agents.training import Trainer


@pytest.fixture
def train(tmp_path):
    def run(config, name="run"):
        trainer = Trainer(config, tmp_path / name, Console(quiet=True))
        outcome = trainer.run()
        trainer.close()
        return tmp_path / name, outcome

    return run


@pytest.fixture
def metrics():
    def read(folder):
        with (folder / "progress.csv").open() as file:
            return list(csv.DictReader(file))

    return read


def weights(folder, which="last"):
    return checkpoint.read_weights(folder / which)


def test_a_run_leaves_all_it_promises(train, train_config, metrics):
    folder, outcome = train(train_config)
    assert (outcome.steps, outcome.interrupted) == (512, False)
    for name in ("config.yaml", "versions.json", "progress.csv", "best/model.zip", "last/policy.json"):
        assert (folder / name).is_file(), name
    assert json.loads((folder / "versions.json").read_text())["stable-baselines3"]
    rows = metrics(folder)
    judged = [float(row["validation/cost_usd"]) for row in rows if row["validation/cost_usd"]]
    assert len(judged) == 3  # before training, after 256 and 512 decisions
    cards = {which: checkpoint.read_card(folder / which) for which in ("best", "last")}
    assert cards["best"].validation_objective_usd == pytest.approx(min(judged))
    assert cards["last"].validation_objective_usd == pytest.approx(judged[-1])
    assert cards["last"].steps == 512


def test_tensorboard_shows_reward_losses_terms_and_kpis(train, train_config):
    folder, _ = train(train_config)
    events = EventAccumulator(str(folder / "tensorboard"))
    events.Reload()
    shown = set(events.Tags()["scalars"])
    assert {"rollout/ep_rew_mean", "train/value_loss", "kpi/cost_usd", "terms/electricity_usd"} <= shown
    assert {"validation/cost_usd", "validation/saving_share", "rollout/saving_share"} <= shown
    share = events.Scalars("rollout/saving_share")[0].value
    assert -5.0 < share < 1.0


def test_terms_and_kpis_add_up(train, train_config, metrics):
    folder, _ = train(train_config)
    finished = [row for row in metrics(folder) if row["kpi/cost_usd"]]
    assert finished
    for row in finished:
        terms = [
            float(row[name.replace("terms/", "kpi/")])
            for name in row
            if name.startswith("terms/") and "settle" not in name
        ]
        assert sum(terms) <= float(row["kpi/cost_usd"]) + 1e-6


def test_one_seed_one_result(train, train_config):
    first, second = weights(train(train_config, "a")[0]), weights(train(train_config, "b")[0])
    assert all(torch.equal(first[name], second[name]) for name in first)
    other = weights(train(replace(train_config, seed=6), "c")[0])
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_resuming_goes_on_to_the_total_and_keeps_the_best(train, train_config, metrics):
    first, _ = train(replace(train_config, total_steps=256), "first")
    second, outcome = train(replace(train_config, resume=str(first)), "second")
    assert outcome.steps == 512
    assert checkpoint.read_card(second / "last").steps == 512
    assert checkpoint.read_card(first / "last").steps == 256
    best = checkpoint.read_card(second / "best").validation_objective_usd
    assert best <= checkpoint.read_card(first / "best").validation_objective_usd
    steps = [int(row["time/iterations"]) for row in metrics(second) if row["time/iterations"]]
    assert len(steps) == 2  # (512 - 256) / (4 * 32)


def test_resuming_starts_from_the_saved_weights_and_optimiser(train, train_config, tmp_path):
    first, _ = train(replace(train_config, total_steps=256), "first")
    trainer = Trainer(replace(train_config, resume=str(first)), tmp_path / "second", Console(quiet=True))
    for name, tensor in weights(first).items():
        assert torch.equal(trainer.model.policy.state_dict()[name], tensor)
    assert trainer.model.policy.optimizer.state_dict()["state"]
    trainer.close()


def test_nothing_left_to_resume_is_refused(train, train_config):
    first, _ = train(replace(train_config, total_steps=256), "first")
    with pytest.raises(SettingsError, match="already trained for 256 steps; total_steps=256 must be more"):
        train(replace(train_config, total_steps=256, resume=str(first)), "second")


def test_a_run_is_never_overwritten(train, train_config):
    train(train_config)
    with pytest.raises(SettingsError, match="already holds a run"):
        train(train_config)


def test_batch_size_must_divide_the_rollout(train, train_config):
    agent = replace(train_config.agent, batch_size=100)
    with pytest.raises(SettingsError, match=r"agent.batch_size: got 100, must divide .* 32 x 4 = 128"):
        train(replace(train_config, agent=agent))


def test_unknown_algorithms_are_refused(train, train_config):
    agent = replace(train_config.agent, algorithm="pp0")
    with pytest.raises(SettingsError, match=r'no algorithm "pp0".*"ppo"'):
        train(replace(train_config, agent=agent))


def test_plain_rewards_can_be_learned_from_too(train, train_config, metrics):
    agent = replace(train_config.agent, against=None)
    folder, _ = train(replace(train_config, agent=agent))
    assert "rollout/saving_share" not in metrics(folder)[0]


def test_rewards_against_itself_cost_what_exploration_costs(train, train_config, metrics):
    quiet = replace(train_config.agent, against="itself", log_std_init=-20.0)
    loud = replace(quiet, log_std_init=0.0)
    for name, agent, is_different in (("quiet", quiet, False), ("loud", loud, True)):
        folder, _ = train(replace(train_config, agent=agent), name)
        saved = [float(row["rollout/saving_share"]) for row in metrics(folder) if row["rollout/saving_share"]]
        assert saved
        assert (np.abs(saved) > 1e-6).any() == is_different


def test_learners_from_a_buffer_cannot_learn_against_themselves(train, train_config, dqn_config):
    with pytest.raises(SettingsError, match=r"agent.against: itself .* dqn keeps it in its buffer"):
        train(replace(train_config, agent=replace(dqn_config, against="itself")))


def test_an_unknown_twin_is_refused(train, train_config):
    with pytest.raises(SettingsError, match=r'agent.against: got "stack", must be autopilot, itself or null'):
        train(replace(train_config, agent=replace(train_config.agent, against="stack")))


class Interrupt(BaseCallback):
    """Presses Ctrl-C in the middle of the second rollout."""

    def _on_step(self):
        if self.num_timesteps == 200:
            signal.raise_signal(signal.SIGINT)
        return True


def test_ctrl_c_leaves_a_usable_last_checkpoint(train, train_config, monkeypatch):
    monkeypatch.setattr(training, "KpiCallback", Interrupt)
    folder, outcome = train(train_config)
    assert outcome.interrupted
    assert outcome.steps == 200
    assert checkpoint.read_card(folder / "last").steps == 200
    monkeypatch.undo()
    _, outcome = train(replace(train_config, resume=str(folder)), "resumed")
    assert not outcome.interrupted


def test_the_second_ctrl_c_stops_at_once():
    before = signal.getsignal(signal.SIGINT)
    with StopRequest() as stop:
        assert not stop.asked()
        signal.raise_signal(signal.SIGINT)
        assert stop.asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_training_learns_on_a_problem_with_a_known_answer(train_config):
    """PPO as configured finds the one action that pays, so signs and scales are right end to end."""
    from gymnasium import Env
    from gymnasium.spaces import Box
    from stable_baselines3.common.vec_env import DummyVecEnv

    from wattshift_agents.sb3.builders import build_ppo

    class Target(Env):
        observation_space = Box(-1.0, 1.0, (1,), np.float32)
        action_space = Box(-1.0, 1.0, (1,), np.float32)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return np.zeros(1, np.float32), {}

        def step(self, action):
            return np.zeros(1, np.float32), -float((action[0] - 0.5) ** 2), False, False, {}

    model = build_ppo(train_config.agent, DummyVecEnv([Target] * 4), seed=0)
    model.learn(15_000)
    action, _ = model.predict(np.zeros((1, 1), np.float32), deterministic=True)
    assert action[0, 0] == pytest.approx(0.5, abs=0.15)
