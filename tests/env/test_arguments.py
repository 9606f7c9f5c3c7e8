"""Arguments of a world: every allowed step length runs; what is not allowed is refused in words."""

import math
import subprocess
import sys
import time

import numpy as np
import pytest
from worlds import begin, make_arguments, make_world, scenario_of, step, traces_of, zeros

from wattshift.env import WattshiftEnv
from wattshift.vector import WattshiftVectorEnv
from wattshift.world import World


@pytest.mark.parametrize("step_s", [60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0])
def test_every_step_length_runs(step_s):
    world = make_world(2, step_s=step_s)
    begin(world, 3)
    for _ in range(world.steps_per_episode):
        observation, reward, truncated = step(world, zeros(world))
        assert np.isfinite(observation).all()
        assert np.isfinite(reward).all()
    assert truncated.all()
    assert world.steps_per_episode == round(6 * 3600 / step_s)


@pytest.mark.parametrize("step_s", [0.0, -300.0, 30.0, 59.0, 61.0, 7.0 * 60.0, 2000.0, 7200.0, math.nan, math.inf])
def test_other_step_lengths_are_refused(step_s):
    with pytest.raises(ValueError, match=r"step_s: got .*60 to 3600 seconds and divide an hour"):
        World(1, scenario="tiny", step_s=step_s)


def test_cost_hardly_depends_on_the_step_length():
    """The same days at five minutes and at a quarter of an hour cost the same within a few percent."""
    usd = []
    for step_s in (300.0, 900.0):
        world = make_world(24, step_s=step_s, episode_days=1.0)
        world.begin(
            np.ones(24, np.bool_),
            np.arange(24, dtype=np.uint64),
            np.arange(24, dtype=np.int64) * int(14 * 86400 / step_s),
        )
        for _ in range(world.steps_per_episode):
            step(world, zeros(world))
        usd.append(world.ledger.totals["cost_usd"][:, :3].sum(axis=1).mean())
    assert usd[0] == pytest.approx(usd[1], rel=0.05)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_envs": 0}, "num_envs: got 0, must be a whole number, at least 1"),
        ({"decision_every": 0}, "decision_every: got 0, must be a whole number, at least 1"),
        ({"decision_every": 1.5}, "decision_every: got 1.5"),
        ({"job_slots": 0}, "job_slots: got 0, must be a whole number, at least 1"),
        ({"episode_days": 0.0}, "episode_days: got 0.0, must be at least one step of 300.0 s"),
        ({"episode_days": -1.0}, "episode_days: got -1.0, must be at least one step"),
        ({"episode_days": math.nan}, "episode_days: got nan"),
        ({"episode_days": 400.0}, "traces: 105120 steps are too few for an episode of 115200"),
        ({"scenario": "tinny"}, "tinny.*did you mean 'tiny'"),
        ({"task": "flet"}, "task 'flet' is neither built in .*fleet"),
        ({"traces": {"sead": 3}}, "sead"),
        (
            {"traces": {"source": "imagined"}},
            "traces: source: got 'imagined', must be one of synthetic, real, imported",
        ),
        ({"traces": {"bogus": 1}}, "traces: bogus: unknown key, .*Known: .*first_year"),
        ({"traces": "synthetic"}, "traces: got 'synthetic', must be Traces, a TraceSpec or a mapping"),
        ({"traces": 3}, "traces: got 3, must be"),
        ({"scenario": 5}, "scenario: got 5, must be a built-in name, the path of a YAML file, a mapping or"),
        ({"task": 5}, "task: got 5, must be a built-in name, the path of a YAML file, a mapping or a Task"),
        ({"variant": "marginal"}, "variant: got 'marginal', must be a mapping such as"),
        ({"step_s": "300"}, "step_s: got '300', must be a number"),
        ({"episode_days": "7"}, "episode_days: got '7', must be a number"),
        ({"n_envs": True}, "num_envs: got True, must be a whole number"),
        ({"accrual": "yes"}, "accrual: got 'yes', must be True or False"),
        ({"attribution": 1}, "attribution: got 1, must be True or False"),
        ({"parallel": "no"}, "parallel: got 'no', must be True or False"),
    ],
)
def test_wrong_arguments_are_refused_in_words(wrong, message):
    arguments = {"n_envs": 1, "scenario": "tiny", "episode_days": 0.25} | wrong
    with pytest.raises(ValueError, match=message):
        World(**arguments)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"summary: \xff\n", "my.yaml: not UTF-8 text: invalid start byte at byte 9"),
        (b"- clock\n- caps\n", "my.yaml: got list, must be a mapping with summary, drives and sees"),
        (b"just a text", "my.yaml: got str, must be a mapping"),
        (b"summary: a\ndrives: [caps]\nsees: [clock]\ndrives: [flow]\n", "my.yaml: line 4: key 'drives' repeated"),
        (b"summary: [\n", "my.yaml: line "),
        (b"{summary: a, drives: [caps], sees: [clock], pace: 3}", "my.yaml: pace: unknown key, .*Known: .*summary"),
        (b"{summary: a, drives: caps, sees: [clock]}", "my.yaml: drives: got 'caps', must be a list of at least 1"),
        (b"{drives: [caps], sees: [clock]}", "my.yaml: summary: missing, must be a text"),
    ],
)
def test_a_task_file_that_is_none_is_refused_in_words(content, message, tmp_path):
    file = tmp_path / "my.yaml"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        World(1, scenario="tiny", task=file)
    assert len(str(error.value)) < 400


def test_a_scenario_file_that_is_no_text_is_refused_by_name(tmp_path):
    file = tmp_path / "my.yaml"
    file.write_bytes(b"name: \xff\n")
    with pytest.raises(ValueError, match=r"my.yaml: not UTF-8 text: invalid start byte at byte 6"):
        World(1, scenario=file)


def test_a_task_that_drives_nothing_is_refused():
    document = scenario_of("tiny").model_dump(mode="json", exclude_none=True)
    for site in document["sites"]:
        site.pop("battery", None)
    task = {"summary": "batteries", "drives": ["storage"], "sees": ["clock"]}
    with pytest.raises(ValueError, match="task: drives storage alone, and the scenario has no batteries"):
        World(1, scenario=document, traces=traces_of("tiny"), task=task)
    world = World(1, scenario=document, traces=traces_of("tiny"), task=task | {"drives": ["storage", "caps"]})
    assert {name.split("/")[0] for name in world.layout.action_names} == {"caps"}


def test_a_flag_of_numpy_is_one():
    assert make_world(accrual=np.True_)._wiring.accrual is True


def test_traces_for_another_step_are_refused():
    with pytest.raises(ValueError, match=r"traces: made for steps of 900.0 s, not 300.0 s"):
        World(1, scenario="tiny", traces=traces_of("tiny", 900.0))


def test_traces_for_another_scenario_are_refused():
    with pytest.raises(ValueError, match=r"traces: made for \(zones, flows, streams\) = .*, the scenario has"):
        World(1, scenario=scenario_of("hybrid"), traces=traces_of("tiny"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"drives": ["admision"]}, "drives: .*'admision' is not one of .*did you mean 'admission'"),
        ({"drives": []}, "drives"),
        ({"drives": ["caps", "caps"]}, "a name stands twice"),
        ({"sees": ["weather"]}, "sees: .*'weather' is not one of"),
        ({"pays": {"electricity": 1.0}}, "pays: .*'electricity' is not one of .*did you mean 'electricity_usd'"),
        ({"pays": {}}, "pays: .*some term must weigh more than 0; leave 'pays' out to pay for all"),
        ({"pays": {"carbon_usd": 0.0}}, "pays: .*some term must weigh more than 0"),
        ({"pays": {"carbon_usd": -1.0}}, "pays: .*the weight of carbon_usd is -1.0, must be a number of 0 or more"),
        ({"pays": {"carbon_usd": math.nan}}, "pays: .*the weight of carbon_usd is nan, must be"),
        ({"pays": {"carbon_usd": math.inf}}, "pays: .*the weight of carbon_usd is inf, must be"),
        ({"reward": 1}, "reward"),
    ],
)
def test_wrong_tasks_are_refused_in_words(changes, message):
    task = {"summary": "wrong", "drives": ["caps"], "sees": ["clock"]} | changes
    with pytest.raises(ValueError, match=message):
        World(1, scenario="tiny", task=task)


@pytest.mark.parametrize("make", [WattshiftEnv, WattshiftVectorEnv])
def test_drawing_is_refused(make):
    with pytest.raises(ValueError, match="render_mode: got 'human', this environment draws nothing"):
        make(render_mode="human")


def test_an_unknown_argument_is_refused_by_name():
    with pytest.raises(TypeError, match="episode_dayz"):
        WattshiftEnv(episode_dayz=3)


def test_an_unknown_autoreset_mode_is_refused():
    with pytest.raises(ValueError, match="autoreset_mode: got 'Later', must be one of 'NextStep'"):
        WattshiftVectorEnv(1, autoreset_mode="Later", **make_arguments())


def test_importing_the_package_is_light():
    """Registering the environments loads nothing heavy and is over in a moment."""
    heavy = ("torch", "stable_baselines3", "hydra", "pandas", "numba", "scipy", "pydantic", "matplotlib")
    program = f"import sys, wattshift; print([name for name in {heavy} if name in sys.modules])"
    begun_s = time.monotonic()
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
    assert time.monotonic() - begun_s < 10.0


def test_an_environment_needs_no_torch():
    program = (
        "import sys, gymnasium, wattshift; gymnasium.make('wattshift/Fleet-v0', scenario='tiny');"
        "print([name for name in ('torch', 'stable_baselines3', 'hydra') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
