"""What a job pays for the hours after its deadline."""

from .jit import njit
from .terms import LATENESS, LATENESS_H


@njit
def charge_lateness(params, ledger, job, now_h, until_h):
    """Charge the hours after the deadline between `now_h` and `until_h`, per chip of the nominal gang."""
    late_h = until_h - max(now_h, job.deadline_h)
    if late_h > 0.0:
        nth_class = params.streams[job.stream].job_class
        late_usd = late_h * job.gang * params.job_classes[nth_class].late_usd_per_chip_h
        ledger.jobs[nth_class].lateness_usd += late_usd
        ledger.totals[0].sums[LATENESS_H] += late_h
        ledger.totals[0].terms_usd[LATENESS] += late_usd
