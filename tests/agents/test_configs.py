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
    [
        ([], "stack"),
        (["~tuned"], None),
        (["task=dispatch", "agent=maskable_ppo"], "stack"),
        (["task=dispatch"], None),
        (["task=own"], None),
        (["agent=ppo_equivariant"], None),
    ],
)
def test_tuned_settings_come_with_the_task_and_algorithm_that_they_were_measured_on(options, teacher):
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


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("agent.gamma=2", "agent.gamma: got 2.0, must be at least 0 and at most 1"),
        ("agent.gamma=nan", "agent.gamma: got nan"),
        ("agent.learning_rate=-1", "agent.learning_rate: got -1.0, must be above 0"),
        ("agent.learning_rate=inf", "agent.learning_rate: got inf"),
        ("agent.clip_range=-1", "agent.clip_range: got -1.0, must be above 0"),
        ("agent.batch_size=0", "agent.batch_size: got 0, must be at least 2"),
        ("agent.hidden=[64,0]", r"agent.hidden: got \[64, 0\], must be numbers, each at least 1"),
        ("agent.target_kl=0", "agent.target_kl: got 0.0, must be above 0"),
        ("total_steps=-5", "total_steps: got -5, must be at least 1"),
        ("seed=-1", "seed: got -1, must be at least 0 and at most 2147483647"),
        ("torch_threads=0", "torch_threads: got 0, must be at least 1"),
        ("validation.every_steps=0", "validation.every_steps: got 0, must be at least 1"),
        ("validation.windows=0", "validation.windows: got 0, must be at least 1"),
        ("test.seed=-1", "test.seed: got -1"),
    ],
)
def test_values_out_of_range_are_refused_by_name(override, message):
    with pytest.raises(SettingsError, match=f"^{message}"):
        as_object(compose("train", [override]))


@pytest.mark.parametrize("value", ["x", "auto_", "auto_x", "-0.1", "nan", "auto_-1"])
def test_an_entropy_coefficient_that_is_none_is_refused(value):
    with pytest.raises(SettingsError, match=r"^agent.ent_coef: got .*must be auto, auto_X"):
        as_object(compose("train", ["agent=sac", f"agent.ent_coef={value}"]))


@pytest.mark.parametrize("value", ["auto", "auto_0.01", "auto_1e-3", "0.2", "0"])
def test_an_entropy_coefficient_is_learned_or_fixed(value):
    assert as_object(compose("train", ["agent=sac", f"agent.ent_coef={value}"])).agent.ent_coef == value


@pytest.mark.parametrize(("override", "name"), [("seed=-1", "seed"), ("confidence=1", "confidence")])
def test_evaluation_refuses_values_out_of_range_too(override, name):
    with pytest.raises(SettingsError, match=f"^{name}: got"):
        as_object(compose("evaluate", [override]))


def test_a_variant_is_set_without_a_plus():
    options = ["task.variant.carbon_signal=marginal", "task.variant.carbon_budget.kg_per_day=100"]
    changes = as_object(compose("evaluate", options)).task.variant.changes()
    assert changes == {"carbon_signal": "marginal", "carbon_budget": {"kg_per_day": 100.0}}


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
