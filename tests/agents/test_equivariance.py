"""The equivariant policy: another order of the sites permutes its actions, another number of them fits its weights."""

from importlib.resources import files

import numpy as np
import pytest
import torch
from stable_baselines3 import PPO

from wattshift.scenario.yaml_text import read_yaml
from wattshift.world import World
from wattshift_agents.policies.actor_critic import EquivariantPolicy
from wattshift_agents.policies.graph import graph_of
from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.sb3.algorithm import frozen
from wattshift_agents.sb3.builders import build_equivariant, equivariant_network

DAY = {"episode_days": 1.0, "step_s": 3600.0}


@pytest.fixture(scope="module")
def hybrid():
    return World(1, "hybrid", **DAY)


@pytest.fixture(scope="module")
def shuffled(hybrid):
    """The same fleet, its sites, their modules and the links written down in another order."""
    text = files("wattshift.scenario").joinpath("builtin/hybrid.yaml").read_text(encoding="utf-8")
    scenario = read_yaml(text, "hybrid.yaml")
    scenario["sites"] = [scenario["sites"][nth] for nth in (3, 0, 5, 1, 4, 2)]
    scenario["sites"][1]["modules"].reverse()
    scenario["links"].reverse()
    return World(1, scenario, **DAY)


@pytest.fixture
def make_policy(equivariant_config, make_spaces):
    """A policy for a world, every weight drawn at random, so that nothing is equal because it is zero."""

    def make(world):
        torch.manual_seed(3)
        network = equivariant_network(equivariant_config, *make_spaces(world), world)
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
        return network

    return make


def translated(values, names, others):
    """The values under `names`, in the order of `others`."""
    by_name = dict(zip(names, values, strict=True))
    return np.array([by_name[name] for name in others], dtype=np.float32)


def answers(policy, observation):
    with torch.no_grad():
        seen = torch.as_tensor(observation)[None]
        return policy.get_distribution(seen).mode()[0].numpy(), float(policy.predict_values(seen))


def test_another_order_of_sites_modules_and_links_permutes_the_action_and_keeps_the_value(
    hybrid, shuffled, make_policy
):
    ours, theirs = hybrid.layout, shuffled.layout
    assert ours.names != theirs.names
    assert sorted(ours.names) == sorted(theirs.names)
    observation = np.random.default_rng(0).normal(size=len(ours.names)).astype(np.float32)
    first, second = make_policy(hybrid), make_policy(shuffled)
    second.load_state_dict(first.state_dict())
    action, value = answers(first, observation)
    permuted, same_value = answers(second, translated(observation, ours.names, theirs.names))
    np.testing.assert_allclose(
        permuted, translated(action, ours.action_names, theirs.action_names), rtol=1e-4, atol=1e-5
    )
    assert same_value == pytest.approx(value, rel=1e-4)
    assert np.unique(np.round(action, 4)).size > 0.8 * action.size  # not the same answer for everybody


@pytest.mark.parametrize("variant", [{}, {"carbon_budget": {"kg_per_day": 2000.0, "usd_per_t": 100.0}}], ids=str)
def test_every_entry_of_the_observation_is_read_once(variant):
    world = World(1, "hybrid", variant=variant, **DAY)
    graph = graph_of(world)
    kinds = (graph.sites, graph.modules, graph.links, graph.flows, graph.job_classes)
    read = np.concatenate([graph.everywhere, *(nodes.entries.ravel() for nodes in kinds)])
    assert sorted(read) == list(range(len(world.layout.names)))


def test_what_is_read_of_a_thing_is_named_after_it(hybrid):
    graph, names = graph_of(hybrid), hybrid.layout.names
    for nodes, owners in (
        (graph.sites, hybrid.scenario.site_names),
        (graph.modules, hybrid.scenario.module_names),
        (graph.links, hybrid.scenario.link_names),
        (graph.flows, hybrid.scenario.flow_names),
        (graph.job_classes, hybrid.scenario.job_class_names),
    ):
        for entries, owner in zip(nodes.entries, owners, strict=True):
            assert all(f"/{owner}" in names[entry] for entry in entries)


def test_every_entry_of_the_action_has_its_owner(hybrid):
    scenario, expected = hybrid.scenario, []
    owners = {"modules": scenario.module_names, "links": scenario.link_names}
    for slot in graph_of(hybrid).slots:
        expected += [f"{slot.name}/{owners.get(slot.axis, scenario.site_names)[owner]}" for owner in slot.owners]
    assert tuple(expected) == hybrid.layout.action_names


def test_nameplates_are_of_order_one(hybrid):
    graph = graph_of(hybrid)
    for nodes in (graph.sites, graph.modules, graph.links, graph.flows, graph.job_classes):
        assert np.isfinite(nodes.nameplate).all()
        assert np.abs(nodes.nameplate).max() < 10.0


def test_weights_fit_another_number_of_sites(hybrid, make_tiny, make_policy):
    tiny = make_tiny(1).world
    small, large = make_policy(tiny), make_policy(hybrid)
    large.load_state_dict(small.state_dict())
    action, value = answers(large, np.zeros(len(hybrid.layout.names), np.float32))
    assert action.shape == (len(hybrid.layout.action_names),)
    assert np.isfinite(value)


def test_a_task_that_shows_and_drives_little_fits_too(make_tiny, make_policy):
    task = {"summary": "batteries", "drives": ["storage"], "sees": ["sites"], "pays": {"electricity_usd": 1}}
    world = make_tiny(1, task=task).world
    action, _ = answers(make_policy(world), np.zeros(len(world.layout.names), np.float32))
    assert action.shape == (2,)


def test_the_first_policy_is_nearly_the_autopilot(make_tiny, equivariant_config, make_spaces):
    world = make_tiny(1).world
    network = equivariant_network(equivariant_config, *make_spaces(world), world)
    action, _ = answers(network, np.random.default_rng(1).normal(size=len(world.layout.names)).astype(np.float32))
    assert 0.0 < np.abs(action).max() < 0.1


def test_every_weight_takes_part_in_learning(make_tiny, make_policy):
    policy = make_policy(make_tiny(1).world)
    observation = torch.randn(5, len(policy.observation_space.low))
    action = torch.randn(5, len(policy.action_space.low))
    value, log_probability, _ = policy.evaluate_actions(observation, action)
    (value.sum() + log_probability.sum()).backward()
    idle = [name for name, weight in policy.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert idle == []


def test_a_learner_moves_its_weights_and_survives_a_file(make_tiny, equivariant_config, tmp_path):
    env = FleetVecEnv(make_tiny(equivariant_config.num_envs, "SameStep"))
    model = build_equivariant(equivariant_config, env, seed=0)
    before = {name: tensor.clone() for name, tensor in model.policy.state_dict().items()}
    model.learn(2 * equivariant_config.num_envs * equivariant_config.n_steps)  # the last update's rate is zero
    assert [name for name, tensor in model.policy.state_dict().items() if torch.equal(before[name], tensor)] == []
    model.save(tmp_path / "model.zip")
    loaded = PPO.load(tmp_path / "model.zip", device="cpu")
    assert isinstance(loaded.policy, EquivariantPolicy)
    observation = env.reset()
    np.testing.assert_array_equal(
        loaded.predict(observation, deterministic=True)[0], model.predict(observation, deterministic=True)[0]
    )


def test_noise_has_one_scale_for_each_slot(hybrid, make_spaces):
    observation, action = make_spaces(hybrid)
    shape = {"width": 8, "heads": 2, "layers": 1}
    policy = EquivariantPolicy(observation, action, frozen, graph=graph_of(hybrid), **shape)
    with torch.no_grad():
        policy.log_std.copy_(torch.arange(len(policy.log_std)))
    spread = policy.get_distribution(torch.zeros(1, len(observation.low))).distribution.stddev[0].log()
    for nth, part in enumerate(hybrid.layout.actions.values()):
        assert torch.allclose(spread[part], torch.tensor(float(nth)), atol=1e-5)
