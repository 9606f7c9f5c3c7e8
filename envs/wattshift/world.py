"""`World`: a batch of episodes of one scenario. `env.py` and `vector.py` are two faces of it."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numba.core.event
import numpy as np

from . import arguments
from .arguments import ScenarioSource, TraceSource, require
from .kernel.entry import BLOCK, ENTRIES
from .kernel.state import new_control, new_ledger, new_state
from .kernel.terms import SETTLEMENT, SLOTS, TERMS
from .kpi import IDLE, attributed_kpis, episode_kpis
from .scenario import check_replayed_gangs, compile_params
from .tasks import Layout, Task, load_task
from .tasks.layout import Names, lay_out
from .traces import Traces, TraceSpec, build_traces
from .variants import Variant, load_variant, vary_scenario, vary_task


class World:
    """The fleet and its episodes; one kernel call advances all of them.

    `params`, `traces`, `state`, `control`, `ledger` are the kernel's own arrays: read them, do not write them. A
    pickle or `copy.deepcopy` of a world is a snapshot.

    Args:
        n_envs: environments E in the batch.
        scenario: built-in name, YAML file, mapping, or a loaded `Scenario`; None = the task's.
        traces: spec (or mapping of its fields) from which series are built, or `Traces` made earlier; None = one
            synthetic year, seed 0.
        task: built-in name, YAML file, mapping, or `Task`.
        variant: what differs from task and scenario as written: `forecasts`, `residency` and `faults` (false switches
            them off), `carbon_usd_per_t`, `carbon_signal` (average or marginal), `carbon_budget` (kg_per_day and the
            usd_per_t beyond it).
        step_s: physics step in seconds; 60..3600, dividing 3600.
        decision_every: physics steps per decision; None = the task's.
        episode_days: length of an episode in days; None = the task's.
        job_slots: size of the job table; arrivals beyond it are rejected and charged.
        accrual: rewards also count the growth of what unfinished work owes, so that putting work off gains
            nothing on the day. Over an episode they sum to the same but for a constant. For learning; terms and KPIs
            are the same.
        attribution: share every step's energy, carbon and cost out over request classes, job classes and idle, in the
            ledger and as KPIs `energy_kwh/<class>`, `carbon_kg/<class>`, `cost_usd/<class>`. Nothing else changes.
        parallel: spread environments over threads (same bits as serial).

    Raises:
        ValueError: an argument out of range, or traces too short for an episode, or made for another step or scenario.
    """

    def __init__(
        self,
        n_envs: int,
        scenario: ScenarioSource | None = None,
        traces: TraceSource = None,
        task: str | Path | Mapping[str, Any] | Task = "fleet",
        variant: Variant | Mapping[str, Any] | None = None,
        step_s: float = 300.0,
        decision_every: int | None = None,
        episode_days: float | None = None,
        job_slots: int = 256,
        accrual: bool = False,
        attribution: bool = False,
        parallel: bool = False,
    ):
        self.variant = load_variant(variant)
        self.task = vary_task(load_task(task), self.variant)
        scenario = self.task.scenario if scenario is None else scenario
        decision_every = self.task.decision_every if decision_every is None else decision_every
        episode_days = self.task.episode_days if episode_days is None else episode_days
        n_envs, job_slots = arguments.count("num_envs", n_envs), arguments.count("job_slots", job_slots)
        decision_every = arguments.count("decision_every", decision_every)
        step_s, episode_days = arguments.number("step_s", step_s), arguments.number("episode_days", episode_days)
        accrual, attribution = arguments.flag("accrual", accrual), arguments.flag("attribution", attribution)
        self.scenario = vary_scenario(arguments.scenario(scenario), self.variant)
        self.params = compile_params(self.scenario, step_s)
        is_length = np.isfinite(episode_days) and round(episode_days * 86400 / step_s) >= 1
        require(is_length, f"episode_days: got {episode_days}, must be at least one step of {step_s} s")
        self.steps_per_episode = round(episode_days * 86400 / step_s)
        self.traces = self._traces(traces, step_s)
        check_replayed_gangs(self.params, self.scenario.stream_names, self.traces.jobs)
        self.rows = range(len(self.traces.clock) - self.steps_per_episode)
        require(
            len(self.rows) > 0,
            f"traces: {len(self.traces.clock)} steps are too few for an episode of {self.steps_per_episode}",
        )
        self.layout = self._layout()
        self._attributed = self._attributed_names() if attribution else None
        self.decision_every = decision_every
        self.decision_h = decision_every * step_s / 3600.0
        self.reward_scale_usd = self.params.rules["reference_cost_usd_per_h"][0] * self.decision_h
        self.n_envs = n_envs
        self.parallel = arguments.flag("parallel", parallel)
        self.state = new_state(self.params, n_envs, job_slots, self.steps_per_episode)
        self.control = new_control(self.params, n_envs)
        self.ledger = new_ledger(self.params, n_envs)
        self._wiring = self.layout.wiring(accrual, attribution)
        size = len(self.layout.features)
        self._raw = np.zeros((-(-n_envs // BLOCK), size))
        self._observation = np.zeros((n_envs, size), np.float32)
        self._reward_usd = np.zeros(n_envs)
        self._truncated = np.zeros(n_envs, np.bool_)
        self._stepped = np.zeros(n_envs, np.bool_)
        self._accrued_usd = np.zeros(n_envs)
        self._zero = np.zeros(len(self.layout.action_names), np.float32)
        self._compile()

    @property
    def row(self) -> np.ndarray:
        """[E] current row of the traces."""
        return self.state.episode["start"] + self.state.episode["step"]

    def begin(self, chosen: np.ndarray, seeds: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Begin new episodes where `chosen`.

        Args:
            chosen: [E] bool.
            seeds: [E] uint64 episode seeds.
            starts: [E] int64 first rows; negative = drawn from the seed.

        Returns:
            [E, D] observations, a fresh array; rows that were not chosen hold their last observation.
        """
        outside = chosen & ((starts >= self.rows.stop) | (starts < -1))
        if outside.any():
            raise ValueError(f"start_row: got {starts[outside][0]}, must be 0..{self.rows.stop - 1}")
        self._reset(chosen, seeds, starts)
        return self._observation.copy()

    def step(self, actions: np.ndarray, skip: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Advance all environments but those to `skip` by one decision.

        Args:
            actions: [E, A], finite; entries beyond [-1, 1] are clipped and reported in `ledger.clipped`.
            skip: [E] bool; what is returned for these is their last observation, 0 and False.

        Returns:
            observations [E, D] float32, rewards [E] (USD / `reward_scale_usd`), truncated [E]; fresh arrays.
        """
        owed_usd = self.ledger.totals["liability_usd"].copy()
        self._advance(self._checked(actions), skip)
        self._accrued_usd = self.ledger.totals["liability_usd"] - owed_usd
        self._stepped = ~skip
        return self._observation.copy(), self._reward_usd / self.reward_scale_usd, self._truncated.copy()

    @property
    def observation(self) -> np.ndarray:
        """[E, D] the last observation of every environment, a copy."""
        return self._observation.copy()

    @property
    def reward_terms(self) -> tuple[str, ...]:
        """Terms that weigh something in the reward: the entries of a vector reward."""
        return tuple(term for term, weight in zip(TERMS, self.layout.weights, strict=True) if weight != 0.0)

    def rewards_by_term(self) -> np.ndarray:
        """[E, len(reward_terms)] the last decision's rewards unsummed; 0 where it was skipped.

        They sum to the reward; the growth of what unfinished work owes (with `accrual`) is part of the settlement.
        """
        weights = np.array(self.layout.weights)
        usd = self.ledger.totals["terms_usd"].copy()
        usd[:, SETTLEMENT] += self._accrued_usd
        rewards = -usd * weights / self.reward_scale_usd
        return np.where(self._stepped[:, None], rewards, 0.0)[:, weights != 0.0]

    def terms(self) -> dict[str, np.ndarray]:
        """Cost terms of the last decision in USD, name -> [E]."""
        return dict(zip(TERMS, self.ledger.totals["terms_usd"].T.copy(), strict=True))

    def clipped(self) -> dict[str, np.ndarray]:
        """What the last action wanted beyond the possible, mean over each slot's entries, slot -> [E]."""
        return dict(zip(SLOTS, self.ledger.totals["clipped"].T.copy(), strict=True))

    def kpis(self, envs: np.ndarray) -> dict[str, np.ndarray]:
        """KPIs of the episodes of environments `envs` so far, name -> [len(envs)]."""
        kpis = episode_kpis(self.params, self.state, self.ledger, envs, self.layout.weights)
        return kpis if self._attributed is None else kpis | attributed_kpis(self._attributed, self.ledger, envs)

    def _compile(self) -> None:
        """Compile both entry points, or load them from the cache, by calls that touch no environment."""
        nowhere = np.zeros(self.n_envs, np.bool_)
        with numba.core.event.install_listener("numba:compile", _Announcement()):
            self._reset(nowhere, np.zeros(self.n_envs, np.uint64), np.zeros(self.n_envs, np.int64))
            self._advance(np.zeros((self.n_envs, len(self._zero)), np.float32), ~nowhere)

    def _reset(self, chosen: np.ndarray, seeds: np.ndarray, starts: np.ndarray) -> None:
        ENTRIES.restart(
            self.params,
            self.traces,
            self.state,
            self.control,
            self.ledger,
            self._wiring,
            self._zero,
            chosen,
            seeds,
            starts,
            self._raw,
            self._observation,
        )

    def _advance(self, actions: np.ndarray, skip: np.ndarray) -> None:
        self._reward_usd[:] = 0.0
        self._truncated[:] = False
        entry = ENTRIES.step_parallel if self.parallel else ENTRIES.step
        entry(
            self.params,
            self.traces,
            self.state,
            self.control,
            self.ledger,
            self._wiring,
            actions,
            skip,
            self.decision_every,
            self._raw,
            self._observation,
            self._reward_usd,
            self._truncated,
        )

    def _checked(self, actions: np.ndarray) -> np.ndarray:
        if (given := np.asarray(actions)).dtype.kind not in "fiub":
            raise ValueError(f"action: got {given.dtype}, must be numbers")
        checked = np.array(given, np.float32, order="C")  # a copy is writable, whatever was given: one signature
        expected = (self.n_envs, len(self._zero))
        if checked.shape != expected:
            raise ValueError(f"action: got shape {checked.shape}, must be {expected}")
        if not np.isfinite(checked).all():
            env, entry = np.argwhere(~np.isfinite(checked))[0]
            name = self.layout.action_names[entry]
            raise ValueError(f"action: entry {name!r} of environment {env} is {checked[env, entry]}, must be finite")
        return checked

    def _traces(self, given: TraceSource, step_s: float) -> Traces:
        source = arguments.traces(given)
        if isinstance(source, TraceSpec):
            return build_traces(self.scenario.demand(), source, step_s)
        require(source.step_s == step_s, f"traces: made for steps of {source.step_s} s, not {step_s} s")
        got = (source.carbon_kg_per_kwh.shape[1], source.request_rate_per_s.shape[1], source.job_rate_per_h.shape[1])
        demand = self.scenario.demand()
        need = (len(demand.zones), len(demand.flow_mean_per_s), len(demand.stream_mean_per_h))
        require(got == need, f"traces: made for (zones, flows, streams) = {got}, the scenario has {need}")
        return source

    def _attributed_names(self) -> tuple[str, ...]:
        """Request classes, job classes and idle, as attribution names them."""
        names = (*self.scenario.request_class_names, *self.scenario.job_class_names, IDLE)
        twice = sorted({name for name in names if names.count(name) > 1})
        require(
            not twice,
            f"attribution: needs different names of request and job classes, none of them {IDLE!r}; got {twice} twice",
        )
        return names

    def _layout(self) -> Layout:
        scenario = self.scenario
        names = Names(
            scenario.site_names,
            scenario.module_names,
            scenario.link_names,
            scenario.flow_names,
            scenario.job_class_names,
        )
        return lay_out(self.task, self.params, names, scenario.demand().flow_mean_per_s)


class _Announcement(numba.core.event.Listener):
    """Says once that the kernel is being compiled, if it is."""

    made = False

    def on_start(self, event: Any) -> None:
        if not self.made:
            self.made = True
            print("wattshift: compiling the kernel, once after an install or an edit...", file=sys.stderr, flush=True)

    def on_end(self, event: Any) -> None:
        """Nothing to say when done."""
