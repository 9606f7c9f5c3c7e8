"""0 Dispatch: what a decision says of single jobs, before anything else is decided."""

from oracle.decode import Wishes
from oracle.fleet import WAITING, Fleet, Job, Site
from oracle.gangs import largest_gang, least_chips

SHOWN = 10


def dispatch(fleet: Fleet, wishes: Wishes) -> None:
    """The first ten jobs that wait and are not urgent have an entry each; all others, and those to come, the last."""
    if "dispatch" not in wishes.asked:
        return
    last_choice = len(fleet.sites) + 1
    choices = [round_half_up(max(wishes.entry("dispatch", nth), 0.0) * last_choice) for nth in range(SHOWN)]
    fleet.episode.newcomers = round_half_up(max(wishes.entry("dispatch", SHOWN), 0.0))
    beyond = sum(max(-wishes.entry("dispatch", nth), 0.0) for nth in range(SHOWN + 1))
    for job in fleet.jobs:
        job.directive = fleet.episode.newcomers
    shown = [job for job in fleet.held_by(WAITING) if job.slack_h >= fleet.rules.urgent_slack_h][:SHOWN]
    for job, choice in zip(shown, choices, strict=False):
        is_masked = choice >= 2 and not is_open(fleet, job, fleet.sites[choice - 2])
        job.directive = 1 if is_masked else choice
        beyond += is_masked
    beyond += sum(choice >= 2 for choice in choices[len(shown) :])
    wishes.beyond["dispatch"] += beyond / (SHOWN + 1)


def is_open(fleet: Fleet, job: Job, site: Site) -> bool:
    """Some module there could start the gang now."""
    can_move = site.is_up and job.site.is_up and fleet.path(job.site, site).is_up
    fits = (largest_gang(module, urgent=False) >= least_chips(job) for module in site.modules if job.speed_on(module))
    return can_move and any(fits)


def round_half_up(value: float) -> int:
    return int(value + 0.5)
