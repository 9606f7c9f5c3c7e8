"""The job table as an operator sees it: who waits or runs where, how large, how long, how much slack is left."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.state import PUSHING

if TYPE_CHECKING:
    from wattshift.world import World

JOB_VIEW = np.dtype(
    [
        ("stream", np.int64),  # origin and class: row of `params.streams`
        ("site", np.int64),  # where its data and last checkpoint are
        ("module", np.int64),  # that holds it; -1 while it waits
        ("chips", np.float64),  # of the gang, nominally; 0 = no job in this row
        ("held", np.float64),  # chips held now
        ("deadline_h", np.float64),  # hours after the episode's start; with the stream, it tells jobs apart
        ("run_h", np.float64),  # still to run: where it is, or on the fastest chips while it waits
        ("slack_h", np.float64),  # that it may still lie idle without being late; negative = late already
    ],
    align=True,
)
"""One job; jobs that only send their result home are left out."""


def jobs_of(world: "World") -> NDArray[np.void]:
    """`[n, J]` JOB_VIEW, J the longest table of the batch (at least 1); a copy."""
    episodes, table = world.state.episode, world.state.jobs
    longest = max(int(episodes["n_jobs"].max()), 1)
    jobs = table[:, :longest]
    is_there = np.arange(longest) < np.reshape(episodes["n_jobs"], (-1, 1))
    is_there &= (jobs["status"] != PUSHING) & (jobs["gang"] > 0)
    seen = np.zeros(jobs.shape, JOB_VIEW)
    seen["stream"] = np.where(is_there, jobs["stream"], 0)
    seen["site"] = np.where(is_there, jobs["site"], 0)
    seen["module"] = np.where(is_there & (jobs["held"] > 0), jobs["module"], -1)
    seen["chips"] = np.where(is_there, jobs["gang"], 0)
    seen["held"] = np.where(is_there, jobs["held"], 0)
    seen["deadline_h"] = np.where(is_there, jobs["deadline_h"], 0.0)

    params = world.params
    speed = np.where(
        seen["module"] >= 0,
        params.stream_speed[seen["stream"], np.maximum(seen["module"], 0)],
        params.streams["pace"][seen["stream"]],
    )
    per_h = np.where(is_there, jobs["gang"] * speed, 1.0)
    seen["run_h"] = np.where(is_there, jobs["restart_h"] + jobs["work_h"] / np.maximum(per_h, 1e-300), 0.0)
    now_h = np.reshape(episodes["step"], (-1, 1)) * params.rules["step_s"][0] / 3600.0
    seen["slack_h"] = np.where(is_there, jobs["deadline_h"] - now_h - seen["run_h"], 0.0)
    return seen
