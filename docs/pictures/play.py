"""Playing one window under a policy, step by step, through the same environment as every evaluation."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from wattshift.traces.series import Traces
from wattshift_agents.config import TaskConfig, TraceConfig
from wattshift_agents.environment import make_fleet
from wattshift_agents.policy import Policy
from wattshift_agents.view import look


class Week(NamedTuple):
    """One policy's way through a window; T steps, S sites."""

    policy: str
    start_s: float  # POSIX time of the first step
    step_h: float
    import_kw: np.ndarray  # [T, S]
    carbon_kg_per_kwh: np.ndarray  # [T, S] of the site's grid
    price_usd_per_kwh: np.ndarray  # [T, S] spot
    cost_usd: np.ndarray  # [T] of the step, settlement in the last
    kpi: dict[str, float]

    @property
    def hours(self) -> np.ndarray:
        """End of every step, hours after the start."""
        return self.step_h * np.arange(1, len(self.cost_usd) + 1)


def play_week(task: TaskConfig, traces: TraceConfig | Traces, policy: Policy, seed: int, row: int) -> Week:
    """Play one window.

    Args:
        task: environment, scenario, pace and length of the window. The environment is stepped by single physics steps,
            to see each, with every decision held for `decision_every` of them: the same as stepping by decisions.
        traces: where weather and grid come from.
        policy: heuristic or learned.
        seed: of the random numbers; the same seed gives every policy the same ones.
        row: first row of the traces.
    """
    env = make_fleet(replace(task, decision_every=1), traces, 1, "Disabled")
    world = env.world
    zone = world.params.sites["zone"]
    observation, _ = env.reset(seed=[seed], options={"start_row": row})
    policy.reset(world)
    import_kw, cost_usd = [], []
    for step in range(world.steps_per_episode):
        if step % task.decision_every == 0:
            action = policy.act(observation, look(world))
        observation, _, _, _, info = env.step(action)
        import_kw.append(world.ledger.sites["import_kw"][0].copy())
        cost_usd.append(sum(values[0] for name, values in info["terms"].items() if name[0] != "_"))
    rows = slice(row, row + len(cost_usd))
    return Week(
        policy=policy.name,
        start_s=world.traces.start_s + row * world.traces.step_s,
        step_h=world.traces.step_s / 3600.0,
        import_kw=np.array(import_kw),
        carbon_kg_per_kwh=world.traces.carbon_kg_per_kwh[rows][:, zone],
        price_usd_per_kwh=world.traces.price_usd_per_kwh[rows][:, zone],
        cost_usd=np.array(cost_usd),
        kpi={name: float(values[0]) for name, values in info["kpi"].items() if name[0] != "_"},
    )
