"""What the paper reports: Wiesner et al., "Let's Wait Awhile", Middleware 2021, figures of scenarios I and II, in %."""

from awhile.experiments import NIGHTLY, Case

TOLERANCE_POINTS = 0.5

EXACT, NOISY = 0.0, 0.05

PUBLISHED: dict[str, dict[Case, float]] = {
    region: {
        Case(NIGHTLY, False, EXACT): exact,
        Case(NIGHTLY, False, NOISY): noisy,
        Case("next workday", False, NOISY): workday,
        Case("next workday", True, NOISY): workday_suspended,
        Case("semi-weekly", False, NOISY): weekly,
        Case("semi-weekly", True, NOISY): weekly_suspended,
    }
    for region, exact, noisy, workday, workday_suspended, weekly, weekly_suspended in (
        ("DE", 13.5, 11.4, 5.9, 7.9, 14.1, 18.1),
        ("GB", 10.2, 7.7, 6.6, 9.0, 14.8, 19.8),
        ("FR", 7.6, 5.5, 4.8, 5.9, 11.2, 13.4),
    )
}
"""Savings by region and case. Those of the ML jobs fit forecasts with 5 % noise best: with exact ones, jobs that can be
suspended save a quarter to half a point more here, with 10 % noise a point less than with 5 %."""

REGION_OF_FILE = {"ger": "DE", "gb": "GB", "fr": "FR"}
"""First part of a file's name in the paper's repository -> region."""
