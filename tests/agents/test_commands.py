"""train.py and evaluate.py from end to end, and one clear line with exit code 2 for every mistake of the user's."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from wattshift_agents import cli

ROOT = Path(__file__).parents[2]
SMALL = [
    "task.scenario=tiny",
    "task.episode_days=0.1",
    "traces.train.years=1",
    "agent.num_envs=4",
    "agent.n_steps=16",
    "agent.batch_size=64",
    "validation.windows=2",
    "validation.every_steps=128",
    "test.windows=2",
]


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Runs a script in this process, standing in an empty folder; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cli.FULL_ERROR, "0")

    def run(script, *arguments):
        monkeypatch.setattr(sys, "argv", [str(ROOT / script), *arguments])
        spec = importlib.util.spec_from_file_location("__main__", ROOT / script)
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
            code = 0
        except SystemExit as end:
            code = end.code or 0
        return code, *capsys.readouterr()

    return run


def run_of(folder, name):
    (found,) = (folder / "results" / "runs").glob(f"*-{name}")
    return found


def test_train_resume_and_evaluate(command, tmp_path):
    code, out, _ = command("train.py", *SMALL, "total_steps=128", "name=first")
    assert code == 0
    run = run_of(tmp_path, "first")
    assert "\n".join(out.rstrip().splitlines()[-2:]).startswith("Means over 2 windows")
    assert " ms " in out
    assert "first" in out
    assert "autopilot" in out
    summary = json.loads((run / "results.json").read_text())
    assert {"first", "autopilot", "all-high"} <= {entry["policy"] for entry in summary["policies"]}
    assert all(entry["decision_ms"] > 0.0 for entry in summary["policies"])
    assert {entry["kind"] for entry in summary["policies"] if entry["policy"] == "mpc"} == {"planner"}

    code, _, _ = command("train.py", f"resume={run}", "total_steps=256", "name=second", "test.policies=[]")
    assert code == 0
    resumed = run_of(tmp_path, "second")
    assert json.loads((resumed / "last" / "policy.json").read_text())["steps"] == 256

    code, out, _ = command(
        "evaluate.py",
        "task.scenario=tiny",
        "task.episode_days=0.1",
        "windows=2",
        "policies=[lowest-carbon]",
        f"checkpoints=[{run.relative_to(tmp_path)},{resumed}/last/model.zip]",
    )
    assert code == 0
    policies = json.loads((run_of(tmp_path, "evaluate") / "results.json").read_text())["policies"]
    assert {entry["policy"] for entry in policies} == {"autopilot", "lowest-carbon", "first", "second"}


OWN = """
summary: Caps against the price of energy, by the quarter of an hour
drives: [caps]
sees: [clock, sites, modules]
pays: {electricity_usd: 1, carbon_usd: 2}
scenario: tiny
decision_every: 3
episode_days: 0.125
"""


def test_a_task_of_ones_own_runs_as_its_file_says(command, tmp_path):
    (tmp_path / "caps.yaml").write_text(OWN)
    small = [word for word in SMALL if not word.startswith("task.")]
    own = ["task=own", "task.task=caps.yaml"]
    code, out, _ = command("train.py", *own, *small, "total_steps=128", "name=caps", "test.policies=[stack]")
    assert code == 0
    assert "own task caps.yaml, scenario tiny, held-out" in out
    assert "objective USD" in out
    settings = yaml.safe_load((run_of(tmp_path, "caps") / "config.yaml").read_text())
    assert [settings["task"][name] for name in ("scenario", "decision_every", "episode_days")] == ["tiny", 3, 0.125]
    assert settings["agent"]["imitate"] is None
    run = run_of(tmp_path, "caps")
    again = ["evaluate.py", *own, "windows=2", "policies=[]", f"checkpoints=[{run}]", "name=again"]
    assert command(*again)[0] == 0
    code, _, err = command(*again, "task.decision_every=6")
    assert code == 2
    assert "was trained to decide every 900 s, this environment asks it every 1800 s" in err
    assert command(*again, "task.decision_every=6", "any_pace=true", "name=at-half-the-pace")[0] == 0


def test_evaluating_needs_no_torch():
    code = "import sys, wattshift_agents, wattshift_agents.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("script", ["train.py", "evaluate.py"])
def test_help_names_groups_settings_and_heuristics(script):
    shown = subprocess.run(
        [sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for words in ("wait-for-green", "traces: real", "scenario: hybrid", "Usage", "task=own task.task=my.yaml"):
        assert words in shown


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["train.py", "agent.gama=1"], "gama"),
        (["train.py", "+agent.gama=1"], 'agent.gama: unknown key. Did you mean "gamma"?'),
        (["train.py", "total_steps=many"], "total_steps"),
        (["train.py", "agent=dqn"], "dqn"),
        (["train.py", "test.windows=1"], "test.windows: got 1"),
        (["train.py", "test.policies=[nearest]"], 'Did you mean "nearest-site"?'),
        (["train.py", "resume=nowhere"], "nowhere: no checkpoint"),
        (["train.py", *SMALL, "agent.batch_size=63"], "agent.batch_size: got 63"),
        (["train.py", *SMALL, "task.step_s=7"], "step_s"),
        (["evaluate.py", "task.scenario=tiny", "windows=1"], "windows: got 1"),
        (["evaluate.py", "task.scenario=tiny", "confidence=95"], "confidence: got 95"),
        (["evaluate.py", "task.scenario=tiny", "windows=2", "checkpoints=[nowhere.zip]"], "nowhere.zip: no checkpoint"),
        (["evaluate.py", "task.scenario=tinny"], "tinny"),
        (["evaluate.py", "task.scenario=tiny", "windows=1000"], "windows: got 1000, the traces hold"),
        (["evaluate.py", "task.scenario=tiny", "traces=real", "traces.root=no/such/folder"], "no/such/folder"),
        (["evaluate.py", "task.scenario=tiny", "task.id=wattshift/Fleet-v9"], 'mean "wattshift/Fleet-v0"'),
        (["train.py", "task.id=CartPole-v1"], "task.id: got CartPole-v1, must be one of wattshift/"),
        (["train.py", "task=own"], "task.task: missing"),
        (["train.py", "task.task=my.yaml"], "A task of your own goes with task=own"),
        (["train.py", *SMALL, "task.variant.carbon_signal=mean"], "carbon_signal: got 'mean', must be one of"),
        (["train.py", "agent.gamma=2"], "agent.gamma: got 2.0, must be at least 0 and at most 1"),
        (["evaluate.py", "seed=-1"], "seed: got -1, must be at least 0"),
        (["evaluate.py", "+options.thrifty.caps=abc"], "options.thrifty.caps: got 'abc', must be a number"),
        (["evaluate.py", "split=exam"], "exam"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_get_one_line_and_exit_code_2(command, arguments, complaint):
    code, _, err = command(*arguments)
    assert code == 2
    lines = [line for line in err.splitlines() if not line.startswith("wattshift: compiling")]
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert complaint in lines[0]


def test_a_run_of_another_version_is_not_resumed_and_says_why(command, tmp_path):
    run = tmp_path / "run"
    (run / "last").mkdir(parents=True)
    for name in ("model.zip", "policy.json"):
        (run / "last" / name).touch()
    (run / "config.yaml").write_text("agent: {algorithm: ppo, against_autopilot: true}\n")
    code, _, err = command("train.py", "resume=run")
    assert code == 2
    assert "config.yaml: another version of wattshift has written it" in err
    assert "against_autopilot" in err


def test_a_resumed_run_keeps_its_settings(command, tmp_path):
    run = tmp_path / "run"
    (run / "last").mkdir(parents=True)
    for name in ("model.zip", "policy.json"):
        (run / "last" / name).touch()
    (run / "config.yaml").write_text("agent: {algorithm: ppo}\n")
    code, _, err = command("train.py", "resume=run", "agent.gamma=0.5")
    assert code == 2
    assert "agent.gamma=0.5: a resumed run keeps its settings" in err
