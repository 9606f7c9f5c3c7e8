"""What policies that plan each job in time share: slots of the forecast, jobs, and chips offered by site."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift_agents import shifting
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View, most_by_site

if TYPE_CHECKING:
    from wattshift.world import World

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Signal = Literal["energy", "price", "carbon"]

SIGNALS = ("energy", "price", "carbon")
"""What may be kept low: the price and the carbon's price of a kWh, the price alone, the carbon alone."""

DAY_SLOTS = 24
"""Forecasts reach so many hours ahead; after that the day is taken to repeat. More slack than that is not used at
once, and of a longer job so many hours are planned."""


def slots_ahead(view: View, signal: Signal) -> Floats:
    """`[n, S, 49]` present and forecast values of a signal by hour: now, 24 forecast hours, and these once more."""
    now = {"energy": view.energy_usd_per_kwh, "price": view.price_usd_per_kwh, "carbon": view.carbon_kg_per_kwh}
    forecast = {
        "energy": view.energy_forecast_usd_per_kwh,
        "price": view.price_forecast_usd_per_kwh,
        "carbon": view.carbon_forecast_kg_per_kwh,
    }
    return np.concatenate([now[signal][:, :, None], forecast[signal], forecast[signal]], axis=2)


def known_signal(signal: Signal) -> Signal:
    """The signal itself.

    Raises:
        ValueError: it is none of `SIGNALS`.
    """
    if signal not in SIGNALS:
        raise ValueError(f"signal: got {signal!r}, must be one of {', '.join(SIGNALS)}")
    return signal


class Candidates(NamedTuple):
    """Jobs to plan, each beside a site where it runs or may run; K of them in the whole batch."""

    env: Ints  # [K]
    site: Ints  # [K]
    job: NDArray[np.void]  # [K] JOB_VIEW
    cost: Floats  # [K, 49] forecast at the site
    length: Ints  # [K] hours to run, 1..24
    slack: Ints  # [K] hours to wait, 0..24

    def only(self, chosen: Flags) -> "Candidates":
        """Those chosen, `[K]` bool."""
        env, site, job, cost, length, slack = self
        return Candidates(env[chosen], site[chosen], job[chosen], cost[chosen], length[chosen], slack[chosen])


class TemporalPolicy(Heuristic):
    """Every job is planned on the forecast of each site it may run at; a site offers the chips that want to run now.

    The action knows sites, not jobs: it says how many chips a site offers. So the plans of the jobs are added up, and
    jobs take what is offered in order of arrival, which need not be those that wanted it. A job that waits and may run
    at several sites counts at the one where its run costs least, so that it does not begin where merely its hour comes
    first. Where no job wants to wait, the site is left to the autopilot. Urgent jobs start in any case: the world sees
    to that.

    Args:
        signal: What is kept low.
        margin_h: Slack that is kept for queues and restarts, beside that below which a job is urgent anyway.
    """

    suspends = False
    """Whether running jobs are planned too, and stopped where they want to wait."""

    def __init__(self, signal: Signal = "energy", margin_h: float = 2.0):
        self.signal = known_signal(signal)
        if not margin_h >= 0.0:
            raise ValueError(f"margin_h: got {margin_h}, must be at least 0")
        self.margin_h = margin_h

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn which jobs may run where, and what the autopilot offers."""
        super().reset(world, mask)
        params = world.params
        self.module_site = params.modules["site"].astype(np.int64)
        self.offered = params.modules["job_share"] * params.modules["chips"]
        self.may_run = (params.stream_speed > 0.0) & (self.offered >= 1.0)  # [streams, modules]
        at_site = self.module_site[:, None] == np.arange(len(params.sites))
        self.may_run_at = self.may_run @ at_site  # [streams, sites]
        self.reserve_h = params.rules["urgent_slack_h"][0] + self.margin_h

    def decide(self, action: Action, view: View) -> None:
        """Plan all jobs, add up by module, offer by site."""
        if "admission" not in self.slots:
            return
        jobs = self.candidates(view)
        chips = np.where(self._is_elsewhere(jobs), 0.0, self.chips_now(jobs))
        needed = self._needed(view, jobs, chips)
        is_deferring = np.zeros(view.price_usd_per_kwh.shape, dtype=np.bool_)
        usual = np.where(jobs.job["held"] > 0.0, jobs.job["held"], jobs.job["chips"])
        differs = chips != usual
        is_deferring[jobs.env[differs], jobs.site[differs]] = True
        self.fill(action, "admission", np.where(is_deferring, self._admission(needed), 0.0))

    @abstractmethod
    def chips_now(self, jobs: Candidates) -> Floats:
        """`[K]` chips that each job wants to hold now; its nominal ones (or those it holds) if it need not wait."""

    def candidates(self, view: View) -> Candidates:
        """The jobs to plan, by site."""
        jobs = view.jobs
        waits = (jobs["chips"] > 0.0) & (jobs["module"] < 0)
        where = waits[:, :, None] & self.may_run_at[jobs["stream"]]
        if self.suspends:
            runs_at = self.module_site[np.maximum(jobs["module"], 0)][:, :, None] == np.arange(where.shape[2])
            where |= (jobs["module"] >= 0)[:, :, None] & runs_at
        env, row, site = np.nonzero(where)
        chosen = jobs[env, row]
        slack = np.floor(chosen["slack_h"] - self.reserve_h).clip(0, DAY_SLOTS).astype(np.int64)
        length = np.ceil(chosen["run_h"]).clip(1, DAY_SLOTS).astype(np.int64)
        return Candidates(env, site, chosen, slots_ahead(view, self.signal)[env, site], length, slack)

    @staticmethod
    def _is_elsewhere(jobs: Candidates) -> Flags:
        """`[K]` whether a job that waits would cost less at another site."""
        usd = shifting.window_costs(jobs.cost, jobs.length, jobs.slack).min(axis=1)
        by_job = np.lexsort((jobs.site, usd, jobs.job["deadline_h"], jobs.job["stream"], jobs.env))
        keys = [part[by_job] for part in (jobs.env, jobs.job["stream"], jobs.job["deadline_h"])]
        is_first = np.ones(len(by_job), np.bool_)
        is_first[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
        is_best = np.zeros(len(by_job), np.bool_)
        is_best[by_job] = is_first
        return (jobs.job["module"] < 0) & ~is_best

    def _needed(self, view: View, jobs: Candidates, chips: Floats) -> Floats:
        """`[n, M]` chips that jobs want of each module; those that wait, of every one of the site they may run on."""
        needed = np.zeros((len(view.jobs), len(self.offered)))
        if not self.suspends:
            env, row = np.nonzero(view.jobs["module"] >= 0)
            held = view.jobs[env, row]
            np.add.at(needed, (env, held["module"]), held["held"])
        runs = jobs.job["module"] >= 0
        np.add.at(needed, (jobs.env[runs], jobs.job["module"][runs]), chips[runs])
        which, module = np.nonzero(
            ~runs[:, None] & self.may_run[jobs.job["stream"]] & (jobs.site[:, None] == self.module_site)
        )
        np.add.at(needed, (jobs.env[which], module), chips[which])
        return needed

    def _admission(self, needed: Floats) -> Floats:
        """`[n, S]` entries that offer what is needed, as far as the autopilot would: the rest is for requests.

        A site's entry is that of its neediest module.
        """
        aimed = np.where(needed > 0.0, needed + 0.5, 0.0)  # half a chip, so that no rounding takes one away
        share = np.divide(aimed, self.offered, out=np.zeros_like(aimed), where=self.offered >= 1.0)
        by_module = np.minimum(share, 1.0) - 1.0
        return most_by_site(by_module, self.module_site, self.may_run_at.shape[1], -1.0)
