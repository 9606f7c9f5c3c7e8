"""Settings of the learning algorithms: types and ranges. Values and their reasons stand in `configs/agent/`."""

from dataclasses import dataclass

from omegaconf import MISSING

from wattshift_agents.ranges import Text, ranged

ENTROPY_COEFFICIENT = Text(
    r"auto(_\d*\.?\d+([eE][-+]?\d+)?)?|\d*\.?\d+([eE][-+]?\d+)?",
    "auto, auto_X with X where it begins, such as auto_0.01, or a number of 0 or more",
)


@dataclass
class AgentConfig:
    """What every learner has; `algorithm` picks the builder in `wattshift_agents.sb3.builders`."""

    algorithm: str = MISSING
    total_steps: int = ranged(at_least=1)  # decisions over all environments that ten minutes on two cores allow
    num_envs: int = ranged(at_least=1)  # environments stepped as one batch
    against: str | None = MISSING  # learn from the difference to a twin in the same window: autopilot | itself | null
    accrual: bool = MISSING  # learn from rewards that count what unfinished work owes
    gamma: float = ranged(at_least=0, at_most=1)
    batch_size: int = ranged(at_least=1)
    learning_rate: float = ranged(above=0)


@dataclass
class OnPolicyConfig(AgentConfig):
    """Proximal policy optimisation whatever the network; the names are Stable-Baselines3's."""

    batch_size: int = ranged(at_least=2)  # of one there is no spread by which advantages could be normalised
    n_steps: int = ranged(at_least=1)  # decisions per environment and update
    n_epochs: int = ranged(at_least=1)
    final_learning_rate: float = ranged(at_least=0)  # reached linearly at total_steps
    gae_lambda: float = ranged(at_least=0, at_most=1)
    clip_range: float = ranged(above=0)
    ent_coef: float = ranged(at_least=0)
    vf_coef: float = ranged(at_least=0)
    max_grad_norm: float = ranged(above=0)
    target_kl: float | None = ranged(default=None, above=0)
    imitate: str | None = None  # heuristic whose actions the policy learns before it learns from rewards
    imitate_steps: int = ranged(at_least=1)  # decisions per environment and round that the heuristic is asked for
    imitate_rounds: int = ranged(at_least=1)  # the heuristic drives in the first one, the policy in the others
    imitate_passes: int = ranged(at_least=1)  # over the pairs, at most, in each round
    imitate_value_steps: int = ranged(at_least=0)  # decisions after imitation from which only the value function learns


@dataclass
class PPOConfig(OnPolicyConfig):
    """PPO with two multi-layer perceptrons."""

    hidden: list[int] = ranged(at_least=1)  # widths of the layers, policy and value network alike
    log_std_init: float = ranged()  # logarithm of the first exploration noise


@dataclass
class EquivariantPPOConfig(OnPolicyConfig):
    """PPO with networks that treat all sites, modules and links alike (`wattshift_agents.policies`)."""

    width: int = ranged(at_least=1)  # of every layer
    heads: int = ranged(at_least=1)  # of the attention between sites; must divide width
    layers: int = ranged(at_least=0)  # of attention
    log_std_init: float = ranged()  # logarithm of the first exploration noise, one for each slot


@dataclass
class MaskablePPOConfig(OnPolicyConfig):
    """PPO over choices for single jobs, some of them masked at times (`wattshift_agents.policies.jobwise`)."""

    hidden: list[int] = ranged(at_least=1)  # widths of the critic's layers; the first, of the actor's view of the fleet
    job_width: int = ranged(at_least=1)  # of the layers that read a single job
    imitate_sharpness: float = ranged(above=0)  # factor on the logits after imitation: how little noise is left


@dataclass
class OffPolicyConfig(AgentConfig):
    """What learners from a replay buffer have; the names are Stable-Baselines3's."""

    buffer_size: int = ranged(at_least=1)  # decisions
    learning_starts: int = ranged(at_least=0)  # decisions at random before the first update
    train_freq: int = ranged(at_least=1)  # decisions per environment between updates
    gradient_steps: int = ranged(at_least=1)  # per update
    hidden: list[int] = ranged(at_least=1)  # widths of the layers of every network


@dataclass
class SACConfig(OffPolicyConfig):
    """Soft actor-critic."""

    tau: float = ranged(above=0, at_most=1)  # share by which the target network follows
    ent_coef: str = ranged(ENTROPY_COEFFICIENT)  # "auto_0.01" learns it, beginning at 0.01; a number fixes it


@dataclass
class DQNConfig(OffPolicyConfig):
    """Deep Q-network over a grid of levels for the entries of a Box action."""

    levels: list[float] = ranged(at_least=-1, at_most=1)  # that every entry may take; 0 is the autopilot's
    target_update_interval: int = ranged(at_least=1)  # decisions
    exploration_fraction: float = ranged(above=0, at_most=1)  # of the training, over which exploration falls
    exploration_final_eps: float = ranged(at_least=0, at_most=1)
    max_grad_norm: float = ranged(above=0)
