"""The jobwise policy: another order of jobs permutes their choices; an untrained one is nearly the autopilot."""

import numpy as np
import pytest
import torch

from wattshift.kernel.state import AUTOPILOT, FIRST_SITE
from wattshift.kernel.terms import N_PENDING
from wattshift.world import World
from wattshift_agents.policies.jobwise import places_of
from wattshift_agents.sb3.builders import maskable_network

DAY = {"episode_days": 1.0, "step_s": 3600.0}


@pytest.fixture(scope="module")
def world():
    return World(1, "tiny", task="dispatch", **DAY)


@pytest.fixture
def policy(world, maskable_config, make_spaces):
    torch.manual_seed(3)
    return maskable_network(maskable_config, *make_spaces(world), world)


@pytest.fixture
def observations(world):
    return torch.as_tensor(np.random.default_rng(0).normal(size=(5, len(world.layout.names))).astype(np.float32))


def probabilities(policy, observations):
    """`[n, jobs, choices]` of the jobs shown, `[n, 2]` of all others."""
    with torch.no_grad():
        parts = policy.get_distribution(observations).distributions
    shown = torch.stack([part.probs for part in parts[:-1]], dim=1)
    return shown, parts[-1].probs


def test_another_order_of_the_jobs_permutes_their_choices(world, policy, observations):
    for weight in policy.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    order = np.random.default_rng(1).permutation(N_PENDING)
    places = places_of(world).jobs
    permuted = observations.clone()
    permuted[:, places.ravel()] = observations[:, places[order].ravel()]
    shown, others = probabilities(policy, observations)
    shown_permuted, others_permuted = probabilities(policy, permuted)
    torch.testing.assert_close(shown_permuted, shown[:, order])
    torch.testing.assert_close(others_permuted, others)
    assert shown.std(dim=1).min() > 1e-4  # not the same answer for every job


def test_jobs_are_told_apart_from_all_else(world):
    places = places_of(world)
    names = np.array(world.layout.names)
    assert all(f"pending/{nth + 1}/" in name for nth, row in enumerate(places.jobs) for name in names[row])
    assert sorted([*places.jobs.ravel(), *places.others]) == list(range(len(names)))


def test_an_untrained_policy_leaves_most_jobs_to_the_autopilot(world, policy, observations):
    shown, others = probabilities(policy, observations)
    assert shown.shape == (5, N_PENDING, len(world.params.sites) + FIRST_SITE)
    assert (shown[..., AUTOPILOT] > 0.7).all()
    assert (others[:, AUTOPILOT] > 0.7).all()


def test_a_sharper_policy_makes_the_same_choices_with_less_doubt(policy, observations):
    for weight in policy.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    before, _ = probabilities(policy, observations)
    policy.sharpen(3.0)
    after, _ = probabilities(policy, observations)
    assert torch.equal(before.argmax(dim=-1), after.argmax(dim=-1))
    assert (after.max(dim=-1).values > before.max(dim=-1).values).all()


def test_every_weight_takes_part_in_learning(policy, observations):
    for weight in policy.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    actions = torch.ones((5, N_PENDING + 1), dtype=torch.int64)
    value, log_probability, _ = policy.evaluate_actions(observations, actions)
    (value.sum() + log_probability.sum()).backward()
    idle = [name for name, weight in policy.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert idle == []
