"""6 Jobs: what their owners are paid for waiting."""

from oracle.fleet import Fleet, Job


def pay_lateness(fleet: Fleet, job: Job, until_h: float) -> None:
    """For the hours after the deadline in this step until then, per chip of the nominal gang."""
    late_h = max(until_h - max(fleet.now_h, job.deadline_h), 0.0)
    fleet.count("lateness_h", late_h)
    charge_lateness(fleet, job, late_h * job.gang * job.kind.fixed.late_usd_per_chip_h)


def charge_lateness(fleet: Fleet, job: Job, usd: float) -> None:
    fleet.charge("lateness_usd", usd)
    job.kind.moved.lateness_usd += usd
