"""Training: from settings to a run folder with checkpoints, logs and metrics."""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import CSVOutputFormat, Logger, TensorBoardOutputFormat
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from wattshift.world import World
from wattshift_agents import checkpoint
from wattshift_agents.agent_config import OnPolicyConfig
from wattshift_agents.checkpoint import Card
from wattshift_agents.config import TrainConfig
from wattshift_agents.environment import make_fleet
from wattshift_agents.errors import SettingsError
from wattshift_agents.interrupt import StopRequest
from wattshift_agents.reporting import progress_bar
from wattshift_agents.run_folder import BEST, LAST, METRICS, TENSORBOARD, open_run
from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.sb3.builders import algorithm, check_drives
from wattshift_agents.sb3.callbacks import KpiCallback, ProgressCallback, StopCallback, ValidationCallback
from wattshift_agents.sb3.imitation import ActorRest, HeadStart, Pass, head_start
from wattshift_agents.sb3.learned import LearnedPolicy
from wattshift_agents.sb3.savings import AUTOPILOT, ITSELF, SavingsVecEnv
from wattshift_agents.validation import Validator, Verdict

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv


@dataclass(frozen=True)
class Outcome:
    """How training ended."""

    steps: int  # decisions made, those of a resumed run included
    interrupted: bool


class Trainer:
    """One training run.

    Everything that can fail for lack of data or a wrong setting fails here, before the first decision.

    Args:
        config: The settings; with `resume`, those of the run that is continued.
        folder: Of the run; filled with config.yaml, versions.json, progress.csv, tensorboard/, best/ and last/.
        console: For progress and messages.

    Raises:
        SettingsError: A setting, the data or the checkpoint to resume cannot be used.
    """

    def __init__(self, config: TrainConfig, folder: Path, console: Console):
        torch.set_num_threads(config.torch_threads)
        self.config, self.folder, self.console = config, folder, console
        self.kind = algorithm(config.agent.algorithm)
        self.env = training_env(config)
        check_drives(config.agent.algorithm, self.env.action_space)
        self.head_start = head_start(config.agent)
        validation_env = make_fleet(config.task, config.traces.validation, config.validation.windows, "Disabled")
        self.validator = Validator(validation_env, config.validation.seed)
        world = validation_env.world
        self.card = Card.untrained(config.name, config.agent, config.task, world, config.seed)
        resumed = None if config.resume is None else checkpoint.find(Path(config.resume), prefer=LAST)
        if resumed is not None:
            self.card = self._card_to_continue(resumed, world)
        # A resumed run must not replay the windows and the noise that the first part began with.
        self.model = self.kind.build(config.agent, self.env, config.seed + self.card.steps)
        if isinstance(self.env, SavingsVecEnv) and config.agent.against == ITSELF:
            self.env.pilot = self._policy(cast("WattshiftVectorEnv", self.env.twin.venv)).choose
        open_run(folder, config)
        outputs = [TensorBoardOutputFormat(str(folder / TENSORBOARD)), CSVOutputFormat(str(folder / METRICS))]
        self.model.set_logger(Logger(str(folder), outputs))
        self.best_usd = np.inf
        if resumed is not None:
            self._continue_from(resumed)

    def run(self) -> Outcome:
        """Train to the configured total, or until Ctrl-C; either way `last` holds the policy as it is then."""
        validation = ValidationCallback(self.config.validation.every_steps, self._judge, self._keep, self.best_usd)
        with StopRequest() as stop, progress_bar(self.console) as bar:
            if self.head_start is not None and self.card.steps == 0:
                self._imitate(self.head_start, bar, stop.asked)
            if not stop.asked():
                self._learn(validation, bar, stop.asked)
            interrupted = stop.asked()
            if not interrupted:
                validation.validate()
        self._save(LAST, validation.last_usd)
        return Outcome(self.model.num_timesteps, interrupted)

    def close(self) -> None:
        """Close the environments and the log."""
        self.model.logger.close()
        self.env.close()
        self.validator.env.close()

    def _imitate(self, head_start: HeadStart, bar: Progress, stop: Callable[[], bool]) -> None:
        """Learn from the heuristic; in the log, the steps of `imitation/` are passes over its decisions."""
        task = bar.add_task(f"imitating {head_start.teacher.name}", total=head_start.most_passes)

        def report(done: Pass) -> bool:
            self.model.logger.record("imitation/loss", done.loss)
            self.model.logger.record("imitation/held_out_loss", done.held_out_loss)
            self.model.logger.dump(done.number)
            bar.update(task, advance=1)
            return not stop()

        fleet = make_fleet(self.config.task, self.env.get_attr("world", [0])[0].traces, self.env.num_envs, "SameStep")
        held_out_loss = head_start.imitate(self.model.policy, self._policy(fleet), fleet, self.config.seed, report)
        fleet.close()
        bar.remove_task(task)
        self.console.print(f"imitated {head_start.teacher.name}: held-out loss {held_out_loss:.4f}")

    def _learn(self, validation: ValidationCallback, bar: Progress, stop: Callable[[], bool]) -> None:
        task = bar.add_task("training", total=self.config.total_steps, completed=self.card.steps)
        callbacks = [KpiCallback(), validation, ProgressCallback(bar, task), StopCallback(stop)]
        if self.head_start is not None:
            callbacks.append(ActorRest(self.head_start.settings.imitate_value_steps))
        self.model.learn(
            self.config.total_steps - self.card.steps,
            callback=callbacks,
            log_interval=self._log_interval(),
            reset_num_timesteps=False,
        )

    def _log_interval(self) -> int:
        """Of learners by rollouts in rollouts, of learners from a buffer in episodes: once all have ended."""
        return self.env.num_envs if isinstance(self.model, OffPolicyAlgorithm) else 1

    def _judge(self, model: BaseAlgorithm) -> Verdict:
        return self.validator.judge(self._policy(self.validator.env))

    def _policy(self, env: "WattshiftVectorEnv") -> LearnedPolicy:
        """What is learned, as it drives a batch."""
        return LearnedPolicy(self.config.name, self.model.policy, self.kind, self.config.agent, env)

    def _keep(self, model: BaseAlgorithm, verdict: Verdict, is_best: bool) -> None:
        """Save what has just been judged, and say how it did."""
        self._save(LAST, verdict.objective_usd)
        if is_best:
            self._save(BEST, verdict.objective_usd)
        cost_usd = verdict.kpis["cost_usd"]
        weighed = "" if verdict.objective_usd == cost_usd else f", objective {verdict.objective_usd:,.0f} USD"
        self.console.print(
            f"step {model.num_timesteps:>11,}  validation cost {cost_usd:,.0f} USD{weighed}, "
            f"{-100.0 * verdict.saving_share:+.2f} % to autopilot{', best so far' if is_best else ''}"
        )

    def _save(self, which: str, objective_usd: float | None) -> None:
        card = replace(self.card, steps=self.model.num_timesteps, validation_objective_usd=objective_usd)
        checkpoint.save(self.model, card, self.folder / which)

    def _card_to_continue(self, resumed: Path, world: World) -> Card:
        card = checkpoint.read_card(resumed)
        card.check_fits(world, resumed)
        configured = asdict(self.config.agent)
        if any(card.agent.get(name) != configured[name] for name in ("algorithm", *self.kind.shape)):
            raise SettingsError(f"{resumed}: holds another agent than the one configured")
        if card.steps >= self.config.total_steps:
            raise SettingsError(
                f"{resumed}: already trained for {card.steps} steps; total_steps={self.config.total_steps} must be more"
            )
        return replace(card, name=self.config.name)

    def _continue_from(self, resumed: Path) -> None:
        """Take over weights, optimiser and step count, and the best checkpoint of the run that is continued."""
        self.model.set_parameters(str(resumed / checkpoint.MODEL), device="cpu")
        self.model.num_timesteps = self.card.steps
        earlier_best = resumed.parent / BEST
        if resumed.name == LAST and (earlier_best / checkpoint.CARD).is_file():
            shutil.copytree(earlier_best, self.folder / BEST)
            best_usd = checkpoint.read_card(earlier_best).validation_objective_usd
            self.best_usd = np.inf if best_usd is None else best_usd


def training_env(config: TrainConfig) -> VecEnv:
    """The batch to learn in, with rewards against a twin where the agent asks for it.

    The twin is the autopilot's until it is given another pilot.

    Raises:
        SettingsError: `agent.against` is not one of those known, or does not go with the algorithm.
    """
    agent = config.agent
    if agent.against not in (None, AUTOPILOT, ITSELF):
        raise SettingsError(f'agent.against: got "{agent.against}", must be {AUTOPILOT}, {ITSELF} or null')
    if agent.against == ITSELF and not isinstance(agent, OnPolicyConfig):
        raise SettingsError(
            f"agent.against: {ITSELF} is for learners that forget what earlier policies earned; {agent.algorithm} "
            f"keeps it in its buffer. Use {AUTOPILOT} or null"
        )
    fleet = make_fleet(config.task, config.traces.train, agent.num_envs, "SameStep", agent.accrual)
    if agent.against is None:
        return FleetVecEnv(fleet)
    twin = make_fleet(config.task, fleet.world.traces, agent.num_envs, "SameStep", agent.accrual)
    return SavingsVecEnv(FleetVecEnv(fleet), FleetVecEnv(twin))
