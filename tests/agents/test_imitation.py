"""A head start: the student acts as its teacher does, by its seed alone, once, and only where it was asked for."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from rich.console import Console

from wattshift_agents import checkpoint
from wattshift_agents.errors import SettingsError
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.sb3 import imitation
from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.sb3.builders import algorithm
from wattshift_agents.sb3.imitation import ActorRest, head_start
from wattshift_agents.sb3.learned import LearnedPolicy
from wattshift_agents.training import Trainer
from wattshift_agents.view import look

TEACHER = "stack"


@pytest.fixture
def imitated(make_tiny):
    """Trains the actor of a policy by imitation alone; gives it and the losses of all passes."""

    def run(settings, seed=0, stop_after=None, **task):
        kind = algorithm(settings.algorithm)
        model = kind.build(settings, FleetVecEnv(make_tiny(settings.num_envs, "SameStep", **task)), seed)
        before = {name: tensor.clone() for name, tensor in model.policy.state_dict().items()}
        fleet = make_tiny(settings.num_envs, "SameStep", **task)
        student = LearnedPolicy("student", model.policy, kind, settings, fleet)
        losses = []

        def report(done):
            losses.append(done.held_out_loss)
            return done.number != stop_after

        lowest = head_start(settings).imitate(model.policy, student, fleet, seed, report)
        return student, before, losses, lowest

    return run


@pytest.fixture
def ppo(train_config):
    return replace(train_config.agent, imitate=TEACHER, hidden=[32])


def squared_error(make_tiny, student, teacher):
    """Mean squared error of the student's actions, and the mean square of the teacher's, in windows of their own."""
    env = make_tiny(4)
    observation, _ = env.reset(seed=991)
    teacher.reset(env.world)
    errors, squares = [], []
    for _ in range(72):
        view = look(env.world)
        taught, done = teacher.act(observation, view), student.act(observation, view)
        errors.append(np.mean((taught - done) ** 2))
        squares.append(np.mean(taught**2))
        observation, *_ = env.step(done)
    return np.mean(errors), np.mean(squares)


@pytest.mark.parametrize("name", ["ppo", "ppo_equivariant"])
def test_the_student_acts_as_its_teacher_in_windows_it_has_not_seen(name, imitated, make_tiny, ppo, equivariant_config):
    """Nine tenths of the teacher's squared departure from the autopilot, which is where the student began."""
    wide = replace(equivariant_config, imitate=TEACHER, width=32)
    student, _, losses, lowest = imitated(ppo if name == "ppo" else wide)
    error, square = squared_error(make_tiny, student, *make_heuristics([TEACHER]))
    assert error < 0.1 * square
    assert lowest == min(losses[-20:])


def test_the_value_function_and_the_noise_are_left_alone(imitated, ppo):
    student, before, _, _ = imitated(ppo)
    after = student.network.state_dict()
    for name, tensor in before.items():
        is_actors = "policy_net" in name or "action_net" in name
        assert torch.equal(after[name], tensor) is not is_actors, name


def test_a_round_leaves_the_weights_that_were_best_on_others(imitated, ppo, monkeypatch):
    """With a learning rate that only does harm after the first pass, those of the best pass come back."""
    monkeypatch.setattr(imitation, "LEARNING_RATE", 0.3)
    settings = replace(ppo, imitate_rounds=1)
    student, _, losses, lowest = imitated(settings)
    best = losses.index(min(losses)) + 1
    assert lowest == losses[best - 1] < losses[-1]
    assert len(losses) == min(settings.imitate_passes, best + imitation.PATIENCE)
    again, *_ = imitated(settings, stop_after=best)
    ours, theirs = student.network.state_dict(), again.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_one_seed_one_student(imitated, ppo):
    short = replace(ppo, imitate_steps=16, imitate_passes=2)
    first, second, other = (imitated(short, seed)[0].network.state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_choices_are_imitated_by_their_likelihood(imitated, maskable_config):
    settings = replace(maskable_config, imitate="dispatch-lowest-carbon", imitate_steps=128)
    _, _, losses, lowest = imitated(settings, task="dispatch", episode_days=1)
    assert lowest < 0.7 * losses[0]


def test_a_run_with_a_head_start_logs_it_once(train_config, ppo, tmp_path):
    agent = replace(ppo, imitate_steps=16, imitate_passes=2)

    def train(name, **changes):
        trainer = Trainer(replace(train_config, agent=agent, **changes), tmp_path / name, Console(quiet=True))
        trainer.run()
        trainer.close()
        with (tmp_path / name / "progress.csv").open() as file:
            rows = list(csv.DictReader(file))
        return [float(row["imitation/held_out_loss"]) for row in rows if row.get("imitation/held_out_loss")]

    assert len(train("first", total_steps=256)) == 4  # two rounds of two passes
    assert train("second", resume=str(tmp_path / "first")) == []
    assert checkpoint.read_card(tmp_path / "second" / "last").steps == 512


def test_interrupted_imitation_is_begun_again(train_config, ppo, tmp_path, monkeypatch):
    monkeypatch.setattr("wattshift_agents.training.StopRequest.asked", lambda _: True)
    agent = replace(ppo, imitate_steps=16)
    trainer = Trainer(replace(train_config, agent=agent), tmp_path / "run", Console(quiet=True))
    assert (trainer.run().steps, trainer.model.num_timesteps) == (0, 0)
    trainer.close()


def test_the_actor_rests_while_the_value_function_learns(make_tiny, ppo):
    model = algorithm("ppo").build(replace(ppo, final_learning_rate=1e-3), FleetVecEnv(make_tiny(4, "SameStep")), 0)
    before = {name: tensor.clone() for name, tensor in model.policy.state_dict().items()}

    def moved(part):
        after = model.policy.state_dict()
        return any(not torch.equal(after[name], before[name]) for name in before if part in name)

    model.learn(128, callback=ActorRest(128))
    assert [moved(part) for part in ("value_net", "policy_net", "action_net", "log_std")] == [True, False, False, False]
    model.learn(128, callback=ActorRest(128), reset_num_timesteps=False)
    assert moved("policy_net")
    assert moved("log_std")


def test_without_a_teacher_nothing_happens(train_config, sac_config):
    assert head_start(train_config.agent) is None
    assert head_start(sac_config) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"imitate": "stak"}, r'agent.imitate: no heuristic "stak".*"stack"'),
        ({"imitate": "all"}, r'agent.imitate: no heuristic "all"'),
        ({"imitate_rounds": 0}, r"agent.imitate_rounds: got 0, imitation needs at least 1"),
        ({"num_envs": 1}, r"agent.num_envs: got 1, imitation needs at least 2"),
    ],
)
def test_wrong_settings_are_refused(ppo, changes, words):
    with pytest.raises(SettingsError, match=words):
        head_start(replace(ppo, **changes))


def test_a_teacher_that_does_nothing_here_is_refused(imitated, ppo):
    with pytest.raises(SettingsError, match=r"agent.imitate: autopilot leaves everything .* drives routing, placement"):
        imitated(replace(ppo, imitate="autopilot"))
