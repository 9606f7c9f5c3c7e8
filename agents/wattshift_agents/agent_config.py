"""Settings of the learning algorithms: the types. Values and their reasons stand in `configs/agent/`."""

from dataclasses import dataclass

from omegaconf import MISSING


@dataclass
class AgentConfig:
    """What every learner has; `algorithm` picks the builder in `wattshift_agents.sb3.builders`."""

    algorithm: str = MISSING
    total_steps: int = MISSING  # decisions over all environments that ten minutes on two cores allow
    num_envs: int = MISSING  # environments stepped as one batch
    against: str | None = MISSING  # learn from the difference to a twin in the same window: autopilot | itself | null
    accrual: bool = MISSING  # learn from rewards that count what unfinished work owes
    gamma: float = MISSING
    batch_size: int = MISSING
    learning_rate: float = MISSING


@dataclass
class OnPolicyConfig(AgentConfig):
    """Proximal policy optimisation whatever the network; the names are Stable-Baselines3's."""

    n_steps: int = MISSING  # decisions per environment and update
    n_epochs: int = MISSING
    final_learning_rate: float = MISSING  # reached linearly at total_steps
    gae_lambda: float = MISSING
    clip_range: float = MISSING
    ent_coef: float = MISSING
    vf_coef: float = MISSING
    max_grad_norm: float = MISSING
    target_kl: float | None = None
    imitate: str | None = None  # heuristic whose actions the policy learns before it learns from rewards
    imitate_steps: int = MISSING  # decisions per environment and round that the heuristic is asked for
    imitate_rounds: int = MISSING  # the heuristic drives in the first one, the policy in the others
    imitate_passes: int = MISSING  # over the pairs, at most, in each round
    imitate_value_steps: int = MISSING  # decisions after imitation from which only the value function learns


@dataclass
class PPOConfig(OnPolicyConfig):
    """PPO with two multi-layer perceptrons."""

    hidden: list[int] = MISSING  # widths of the layers, policy and value network alike
    log_std_init: float = MISSING  # logarithm of the first exploration noise


@dataclass
class EquivariantPPOConfig(OnPolicyConfig):
    """PPO with networks that treat all sites, modules and links alike (`wattshift_agents.policies`)."""

    width: int = MISSING  # of every layer
    heads: int = MISSING  # of the attention between sites; must divide width
    layers: int = MISSING  # of attention
    log_std_init: float = MISSING  # logarithm of the first exploration noise, one for each slot


@dataclass
class MaskablePPOConfig(OnPolicyConfig):
    """PPO over choices for single jobs, some of them masked at times (`wattshift_agents.policies.jobwise`)."""

    hidden: list[int] = MISSING  # widths of the value network's layers; the first, of the policy's view of the fleet
    job_width: int = MISSING  # of the layers that read a single job
    imitate_sharpness: float = MISSING  # of choices after imitation, over what fits the teacher; more is less noise


@dataclass
class OffPolicyConfig(AgentConfig):
    """What learners from a replay buffer have; the names are Stable-Baselines3's."""

    buffer_size: int = MISSING  # decisions
    learning_starts: int = MISSING  # decisions at random before the first update
    train_freq: int = MISSING  # decisions per environment between updates
    gradient_steps: int = MISSING  # per update
    hidden: list[int] = MISSING  # widths of the layers of every network


@dataclass
class SACConfig(OffPolicyConfig):
    """Soft actor-critic."""

    tau: float = MISSING  # share by which the target network follows
    ent_coef: str = MISSING  # "auto_0.01" learns it, beginning at 0.01; a number fixes it


@dataclass
class DQNConfig(OffPolicyConfig):
    """Deep Q-network over a grid of levels for the entries of a Box action."""

    levels: list[float] = MISSING  # values in [-1, 1] that every entry may take; 0 is the autopilot's
    target_update_interval: int = MISSING  # decisions
    exploration_fraction: float = MISSING  # of the training, over which exploration falls
    exploration_final_eps: float = MISSING
    max_grad_norm: float = MISSING
