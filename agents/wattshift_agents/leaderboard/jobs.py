"""Jobs of a leaderboard: each leaves one JSON file, named after all of its settings, and is done once that exists.

A job runs in a process of its own pool (`pool.py`), so that it must pickle; environments are kept between jobs.
"""

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import gymnasium

from wattshift.tasks import load_task
from wattshift_agents.config import TaskConfig, TraceConfig, task_config
from wattshift_agents.environment import make_fleet
from wattshift_agents.evaluation import EvaluationSet, Timed, play
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.policy import Policy

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Environment variables of a process that shall leave the other cores to others."""


@dataclass(frozen=True)
class Scene:
    """A task on the windows of one set."""

    task: TaskConfig  # completed: nothing is left to what the task says
    traces: TraceConfig
    windows: int
    seed: int  # window i is played with seed + i

    @property
    def days(self) -> float:
        """Simulated, over all windows."""
        return self.windows * self.episode_days

    @property
    def episode_days(self) -> float:
        """Length of an episode."""
        return cast("float", self.task.episode_days)

    @property
    def scenario(self) -> str:
        """Name or path."""
        return cast("str", self.task.scenario)

    @property
    def task_file(self) -> str:
        """Built-in name or path of the task's file."""
        return self.task.task or cast("str", gymnasium.spec(cast("str", self.task.id)).kwargs["task"])


class JobFailedError(Exception):
    """A job could not be done."""


class Job(ABC):
    """One piece of work with a file to show for it."""

    work: Path

    @property
    @abstractmethod
    def label(self) -> str:
        """What it is, in a progress line and as the beginning of its file's name."""

    @property
    @abstractmethod
    def pace(self) -> str:
        """Jobs of the same pace take the same time for a unit of work; begins with their kind."""

    @property
    def kind(self) -> str:
        """First word of the pace, and the folder of its file."""
        return self.pace.split()[0]

    @property
    @abstractmethod
    def units(self) -> float:
        """Amount of work."""

    @property
    @abstractmethod
    def settings(self) -> Any:
        """All that its result depends on, but the code."""

    @property
    def needs(self) -> "tuple[Job, ...]":
        """Jobs that must be done before."""
        return ()

    @abstractmethod
    def perform(self) -> dict[str, Any]:
        """Do it; what to keep."""

    @property
    def path(self) -> Path:
        """Of the file, without suffix."""
        digest = hashlib.sha256(json.dumps(self.settings, sort_keys=True, default=str).encode()).hexdigest()[:10]
        return self.work / self.kind / f"{self.label}-{digest}"

    @property
    def file(self) -> Path:
        """What it leaves."""
        return self.path.with_name(f"{self.path.name}.json")

    def run(self) -> None:
        """Do it, and write its file whole or not at all."""
        began_s = time.perf_counter()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = self.perform()
        record = {"seconds": time.perf_counter() - began_s, **kept, "settings": self.settings}
        unfinished = self.path.with_name(f".{self.path.name}.json")
        unfinished.write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")
        os.replace(unfinished, self.file)

    def read(self) -> dict[str, Any]:
        """What `run` has kept, with `seconds`."""
        record: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return record


@dataclass(frozen=True)
class TrainJob(Job):
    """One training by train.py in a process of its own, into the run folder `path`."""

    work: Path
    name: str
    script: Path  # train.py
    overrides: list[str]
    composed: Any  # every setting of the training

    @property
    def label(self) -> str:
        """Task, agent and seed."""
        return self.name

    @property
    def pace(self) -> str:
        """Of an agent on a task."""
        return f"train {self.name.rsplit('-', 1)[0]}"

    @property
    def units(self) -> float:
        """Decisions."""
        return float(self.composed["total_steps"])

    @property
    def settings(self) -> Any:
        """Those of the training."""
        return self.composed

    @property
    def command(self) -> str:
        """As a person would type it."""
        return f"python train.py {' '.join(self.overrides)}"

    def perform(self) -> dict[str, Any]:
        """Train; what an interrupted training has left is thrown away.

        Raises:
            JobFailedError: train.py failed; with the end of its log.
        """
        shutil.rmtree(self.path, ignore_errors=True)
        log = self.path.with_name(f"{self.path.name}.log")
        folder = f"hydra.run.dir='{self.path.resolve()}'"
        with log.open("w", encoding="utf-8") as output:
            ended = subprocess.run(
                [sys.executable, str(self.script), *self.overrides, folder],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | ONE_THREAD,
                check=False,
            )
        if ended.returncode != 0:
            last = "\n".join(log.read_text(encoding="utf-8").splitlines()[-15:])
            raise JobFailedError(f"{self.command} ended with {ended.returncode}; {log} ends with:\n{last}")
        return {"command": self.command}


@dataclass(frozen=True)
class PlayJob(Job):
    """One policy over all windows of a set."""

    work: Path
    scene_name: str
    scene: Scene
    policy: str
    options: Mapping[str, Any]  # of a heuristic
    training: TrainJob | None  # of a learned policy
    command: str  # without the policy

    @property
    def label(self) -> str:
        """Task, set and policy."""
        which = self.policy if self.training is None else f"{self.policy}-s{self.training.composed['seed']}"
        return f"{self.scene_name}-{which}"

    @property
    def pace(self) -> str:
        """Of a policy on a task."""
        return f"play {self.scene.task.title} {self.policy}"

    @property
    def units(self) -> float:
        """Simulated days."""
        return self.scene.days

    @property
    def settings(self) -> Any:
        """The scene, the policy and, if it is learned, its training."""
        learned = None if self.training is None else self.training.settings
        return {"scene": asdict(self.scene), "policy": self.policy, "options": self.options, "training": learned}

    @property
    def needs(self) -> tuple[Job, ...]:
        """The training."""
        return () if self.training is None else (self.training,)

    def perform(self) -> dict[str, Any]:
        """KPIs of every window, and the time of a decision."""
        env, windows = stage(self.scene)
        timed = Timed(self._policy(env))
        kpis = play(env, windows, timed)
        starts = [window.start_utc for window in windows.windows]
        return {
            "kpis": {name: values.tolist() for name, values in kpis.items()},
            "decision_ms": timed.decision_ms,
            "starts": starts,
        }

    def _policy(self, env: "WattshiftVectorEnv") -> Policy:
        if self.training is None:
            return make_heuristics([self.policy], {self.policy: self.options})[0]
        import torch

        from wattshift_agents.sb3.learned import load_policy

        torch.set_num_threads(1)
        return load_policy(self.training.path, env)


@dataclass(frozen=True)
class BoundJob(Job):
    """The certified bound of one window for the control slots that a task drives."""

    work: Path
    scene: Scene
    window: int

    @property
    def drives(self) -> list[str]:
        """Control slots of the task, which the bound depends on."""
        return sorted(load_task(self.scene.task_file).drives)

    @property
    def label(self) -> str:
        """Task, scenario, length, source and window."""
        scene = self.scene
        names = f"{Path(scene.task_file).stem}-{Path(scene.scenario).stem}"
        return f"{names}-{scene.episode_days:g}d-{scene.traces.source}-{self.window}"

    @property
    def pace(self) -> str:
        """Of a scenario and a length: the program grows faster than the episode."""
        return f"bound {self.scene.scenario} {self.scene.episode_days:g}"

    @property
    def units(self) -> float:
        """Simulated days."""
        return self.scene.episode_days

    @property
    def settings(self) -> Any:
        """The scene without what only a policy meets: of the task its driven slots."""
        scene = asdict(self.scene)
        for name in ("id", "task", "decision_every"):
            del scene["task"][name]
        return {"scene": scene, "window": self.window, "drives": self.drives}

    def perform(self) -> dict[str, Any]:
        """The bound, as certified and by term of the relaxation; and that of policies that throttle no chip, if any."""
        from wattshift_agents.optimum import bound_usd, calm_bound_usd

        env, windows = stage(self.scene)
        env.reset(seed=windows.seeds, options={"start_row": windows.rows})
        episode = env.world.state.episode[self.window]
        asked = env.world, int(episode["seed"]), int(episode["start"])
        bound, calm = bound_usd(*asked), calm_bound_usd(*asked)
        return {
            "bound_usd": bound.total_usd,
            "terms_usd": bound.terms_usd,
            "calm_usd": None if calm is None else calm.total_usd,
        }


def stage(scene: Scene) -> tuple["WattshiftVectorEnv", EvaluationSet]:
    """The batch and the windows of a scene; the last one is kept for the jobs to come.

    Raises:
        SettingsError: The windows overlap, or the data are missing.
    """
    return _stage(json.dumps(asdict(scene), sort_keys=True))


@functools.lru_cache(maxsize=1)
def _stage(described: str) -> tuple["WattshiftVectorEnv", EvaluationSet]:
    scene = json.loads(described)
    task = task_config(scene["task"])
    env = make_fleet(task, TraceConfig(**scene["traces"]), scene["windows"], "Disabled")
    return env, EvaluationSet.spread(env, scene["seed"])
