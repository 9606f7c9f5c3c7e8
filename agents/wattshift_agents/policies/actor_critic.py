"""`EquivariantPolicy`: the networks of `equivariant` as an actor-critic policy of Stable-Baselines3."""

from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.distributions import Distribution
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import Tensor, nn

from wattshift_agents.policies.equivariant import Encoding, Heads, Tower, Value
from wattshift_agents.policies.graph import Graph


class Towers(nn.Module):
    """One tower for the actor, one for the critic: the two pull a shared one in different directions."""

    def __init__(self, graph: Graph, width: int, heads: int, layers: int):
        super().__init__()
        self.actor, self.critic = (Tower(graph, width, heads, layers) for _ in range(2))

    def forward(self, observation: Tensor) -> tuple[Encoding, Encoding]:
        """Both encodings of observations `[n, D]`."""
        return self.actor(observation), self.critic(observation)

    def forward_actor(self, observation: Tensor) -> Encoding:
        """The actor's encoding."""
        return self.actor(observation)

    def forward_critic(self, observation: Tensor) -> Encoding:
        """The critic's encoding."""
        return self.critic(observation)


class EquivariantPolicy(ActorCriticPolicy):
    """Acts alike on sites that look alike: permuting a scenario's sites permutes its actions.

    No parameter's shape depends on the scenario, so weights learned on one load on any other with the same task. The
    exploration noise has one scale for each slot.

    Args:
        observation_space: of the environment.
        action_space: its Box.
        lr_schedule: of the optimiser.
        graph: of the environment's scenario and task.
        width: of every layer.
        heads: of the attention between sites; must divide `width`.
        layers: of attention.
        others: as of `ActorCriticPolicy`.
    """

    slot_of_entry: Tensor

    def __init__(
        self,
        observation_space: spaces.Space,
        action_space: spaces.Space,
        lr_schedule: Schedule,
        *,
        graph: Graph,
        width: int,
        heads: int,
        layers: int,
        **others: Any,
    ):
        self.graph, self.shape = graph, (width, heads, layers)  # the constructor below builds the networks
        super().__init__(observation_space, action_space, lr_schedule, **others)

    def _build(self, lr_schedule: Schedule) -> None:
        width, _, _ = self.shape
        self.mlp_extractor = Towers(self.graph, *self.shape)  # type: ignore[assignment]
        self.action_net = Heads(self.graph, width)
        self.value_net = Value(width)  # type: ignore[assignment]
        self.log_std = nn.Parameter(torch.full((len(self.graph.slots),), self.log_std_init))
        counts = torch.tensor([len(slot.owners) for slot in self.graph.slots])
        slots = torch.arange(len(counts)).repeat_interleave(counts)
        self.register_buffer("slot_of_entry", slots, persistent=False)
        self.optimizer = self.optimizer_class(self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs)  # type: ignore[call-arg]

    def _get_action_dist_from_latent(self, latent_pi: Encoding) -> Distribution:  # type: ignore[override]
        return self.action_dist.proba_distribution(self.action_net(latent_pi), self.log_std[self.slot_of_entry])
