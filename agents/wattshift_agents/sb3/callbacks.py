"""What happens beside learning: KPIs into the log, validation with checkpoints, progress, a graceful stop."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
from rich.progress import Progress, TaskID
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.validation import Verdict


class KpiCallback(BaseCallback):
    """Logs the domain's own figures.

    Means over the updates between two lines of the log, which for PPO is one. `terms/<name>`: each reward term, USD per
    decision. `kpi/<name>`: of the episodes that finished; nothing where none did. `rollout/saving_share`: their cost
    saved against the twin of `agent.against` in the same windows, exploration noise included.
    """

    def _on_training_start(self) -> None:
        fleet = self.training_env.unwrapped
        if not isinstance(fleet, FleetVecEnv):
            raise TypeError(f"KpiCallback needs a FleetVecEnv, got {type(fleet).__name__}")
        self.fleet = fleet

    def _on_rollout_start(self) -> None:
        self.term_sums: dict[str, float] = defaultdict(float)
        self.decisions = 0
        self.finished: dict[str, list[float]] = defaultdict(list)
        self.twin_cost_usd: list[float] = []

    def _on_step(self) -> bool:
        for name, usd in self.fleet.terms.items():
            self.term_sums[name] += float(usd.sum())
        self.decisions += self.fleet.num_envs
        for env in np.flatnonzero(self.locals["dones"]):
            info = self.locals["infos"][env]
            for name, value in info["kpi"].items():
                self.finished[name].append(value)
            if "twin_kpi" in info:
                self.twin_cost_usd.append(info["twin_kpi"]["cost_usd"])
        return True

    def _on_rollout_end(self) -> None:
        for name, total in self.term_sums.items():
            self.logger.record_mean(f"terms/{name}", total / self.decisions)
        for name, values in self.finished.items():
            self.logger.record_mean(f"kpi/{name}", float(np.mean(values)))
        if self.twin_cost_usd:
            saved = 1.0 - np.sum(self.finished["cost_usd"]) / np.sum(self.twin_cost_usd)
            self.logger.record_mean("rollout/saving_share", float(saved))


class ValidationCallback(BaseCallback):
    """Judges the policy before the first update and then between updates, every so many decisions.

    Args:
        every_steps: Decisions between two validations.
        judge: Runs the policy over the validation set.
        on_verdict: Told each verdict and whether it is the best so far; keeps the checkpoints.
        best_usd: Cost to beat, from the run that this one continues.
    """

    def __init__(
        self,
        every_steps: int,
        judge: Callable[[BaseAlgorithm], Verdict],
        on_verdict: Callable[[BaseAlgorithm, Verdict, bool], None],
        best_usd: float = np.inf,
    ):
        super().__init__()
        self.every_steps = every_steps
        self.judge = judge
        self.on_verdict = on_verdict
        self.best_usd = best_usd
        self.judged_at: int | None = None
        self.last_usd: float | None = None

    def _on_rollout_start(self) -> None:
        if self.judged_at is None or self.num_timesteps - self.judged_at >= self.every_steps:
            self.validate()

    def _on_step(self) -> bool:
        return True

    def validate(self) -> None:
        """Judge the policy as it is now, log the verdict and pass it on; once for any number of decisions."""
        if self.judged_at == self.num_timesteps:
            return
        verdict = self.judge(self.model)
        self.last_usd = verdict.objective_usd
        is_best = verdict.objective_usd < self.best_usd
        if is_best:
            self.best_usd = verdict.objective_usd
        for name, value in verdict.kpis.items():
            self.logger.record(f"validation/{name}", value)
        self.logger.record("validation/saving_share", verdict.saving_share)
        self.logger.dump(self.num_timesteps)
        self.judged_at = self.num_timesteps
        self.on_verdict(self.model, verdict, is_best)


class ProgressCallback(BaseCallback):
    """Moves a bar of a `rich.progress.Progress` that someone else shows."""

    def __init__(self, progress: Progress, task: TaskID):
        super().__init__()
        self.progress = progress
        self.task = task

    def _on_step(self) -> bool:
        self.progress.update(self.task, completed=self.num_timesteps)
        return True


class StopCallback(BaseCallback):
    """Ends training after the present decision once somebody has asked for it."""

    def __init__(self, asked: Callable[[], bool]):
        super().__init__()
        self.asked = asked

    def _on_step(self) -> bool:
        return not self.asked()
