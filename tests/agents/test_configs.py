"""Every option of every group composes; unknown keys and wrong types do not."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.errors import ConfigCompositionException

from wattshift_agents.agent_config import OnPolicyConfig
from wattshift_agents.config import AGENT_SCHEMAS, EvaluateConfig, Split, TrainConfig, as_object, register_schemas
from wattshift_agents.errors import SettingsError
from wattshift_agents.heuristics import make_heuristics

CONFIGS = Path(__file__).parents[2] / "configs"
OPTIONS = [
    f"{group}={path.stem}"
    for group in ("task", "agent", "traces", "experiment")
    for path in sorted((CONFIGS / group).glob("*.yaml"))
]


@pytest.fixture(autouse=True)
def _hydra():
    register_schemas()
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        yield


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_training_composes(option):
    config = as_object(compose("train", [option]))
    assert isinstance(config, TrainConfig)
    assert type(config.agent) is AGENT_SCHEMAS[config.agent.algorithm]
    assert config.name == config.agent.algorithm or option.startswith("experiment")
    make_heuristics(config.test.policies)


@pytest.mark.parametrize(
    ("options", "teacher"),
    [([], "stack"), (["~head_start"], None), (["task=dispatch"], None), (["agent=ppo_equivariant"], None)],
)
def test_a_head_start_comes_with_the_task_and_algorithm_it_was_measured_on(options, teacher):
    agent = as_object(compose("train", options)).agent
    assert agent.imitate == teacher
    assert (agent.target_kl is None) == (teacher is None)


@pytest.mark.parametrize("name", AGENT_SCHEMAS)
def test_every_agent_can_be_tried_in_a_minute(name):
    config = as_object(compose("train", ["experiment=smoke", f"agent={name}"]))
    assert config.total_steps < config.agent.total_steps
    if isinstance(config.agent, OnPolicyConfig):
        assert config.agent.num_envs * config.agent.n_steps % config.agent.batch_size == 0


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.split("=")[0] in ("task", "traces")])
def test_every_option_of_evaluation_composes(option):
    config = as_object(compose("evaluate", [option]))
    assert isinstance(config, EvaluateConfig)
    assert config.split is Split.test
    make_heuristics(config.policies)


def test_evaluation_judges_on_the_windows_that_training_ends_with():
    train, evaluate = as_object(compose("train")), as_object(compose("evaluate"))
    assert (train.test.windows, train.test.seed) == (evaluate.windows, evaluate.seed)
    assert train.traces == evaluate.traces
    assert train.task == evaluate.task


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.startswith("traces")])
def test_nothing_is_judged_on_what_it_was_tuned_on(option):
    traces = as_object(compose("train", [option])).traces
    sources = [(spec.source, spec.seed) for spec in (traces.train, traces.validation, traces.test)]
    assert len(set(sources)) == 3


def test_one_root_serves_all_real_splits():
    traces = as_object(compose("train", ["traces=real-years", "traces.root=../data"])).traces
    assert {traces.train.root, traces.validation.root, traces.test.root} == {"../data"}


@pytest.mark.parametrize(
    "override",
    [
        "agent.lerning_rate=1",
        "total_steps=many",
        "agent.hidden=[wide]",
        "task.decision_every=1.5",
        "agent=a2c",
    ],
)
def test_unknown_keys_and_wrong_types_are_refused(override):
    with pytest.raises(ConfigCompositionException):
        compose("train", [override])


def test_a_plus_does_not_smuggle_keys_in():
    with pytest.raises(SettingsError, match=r'agent.lerning_rate: unknown key. Did you mean "learning_rate"'):
        as_object(compose("train", ["+agent.lerning_rate=1"]))


def test_a_sweep_and_a_run_have_folders_apart():
    hydra = compose("train", return_hydra_config=True, overrides=["hydra.job.num=3"]).hydra
    assert hydra.run.dir.endswith("-ppo")
    assert hydra.sweep.dir.endswith("-ppo-sweep")
    assert hydra.sweep.subdir == "3"


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.startswith("traces=")])
def test_one_setting_decides_what_forecasts_are_in_every_split(option):
    for kind in ("realistic", "persistence", "perfect"):
        traces = as_object(compose("evaluate", [option, f"traces.forecast={kind}"])).traces
        assert {traces.train.forecast, traces.validation.forecast, traces.test.forecast} == {kind}
    assert as_object(compose("evaluate", [option])).traces.test.forecast == "realistic"
