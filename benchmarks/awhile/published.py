"""What the paper reports: Wiesner et al., "Let's Wait Awhile", Middleware 2021, figures of scenarios I and II, in %."""

from awhile.experiments import NIGHTLY, Case

TOLERANCE_POINTS = 0.5

EXACT, NOISY = 0.0, 0.05

_ML_JOBS = tuple((work, suspended) for work in ("next workday", "semi-weekly") for suspended in (False, True))

PUBLISHED: dict[str, dict[Case, float]] = {
    region: {Case(NIGHTLY, False, EXACT): exact, Case(NIGHTLY, False, NOISY): noisy}
    | {
        Case(work, suspended, error): saved
        for (work, suspended), saved in zip(_ML_JOBS, of_ml_jobs, strict=True)
        for error in (EXACT, NOISY)
    }
    for region, exact, noisy, of_ml_jobs in (
        ("DE", 13.5, 11.4, (5.9, 7.9, 14.1, 18.1)),
        ("GB", 10.2, 7.7, (6.6, 9.0, 14.8, 19.8)),
        ("FR", 7.6, 5.5, (4.8, 5.9, 11.2, 13.4)),
    )
}
"""Savings by region and case. The ML jobs' come without a forecast error in our source: each is held against both."""

REGION_OF_FILE = {"ger": "DE", "gb": "GB", "fr": "FR"}
"""First part of a file's name in the paper's repository -> region."""
