"""Forecasts, issued at the start of every hour for the 24 hours that follow the current one.

*Realistic*: for the truth x of an hour, its climatology c and climatological standard deviation s,

    forecast(lead) = c + a (x - c) + sqrt(a (1 - a)) s e,      a = a(lead) in (0, 1), e of unit variance.

Then var(forecast - c) = a s^2 = cov(forecast, x), so the best guess of x given the forecast is the forecast itself,
and the mean square error is (1 - a) s^2: zero skill over climatology at a = 0, perfect at a = 1. The shares a stand in
`catalog/forecast.yaml`. Of the future a forecast holds a times the truth of its target, and nothing else: climatology
is of the past (`climatology.py`), and e is noise. Forecasts are kept within the quantity's bounds; the upper one of
photovoltaics is a clear sky, so that nights are dark.

The errors e of one target are one smooth path over leads, cos(angle) A + sin(angle) B, with A and B noises over the
target's time: consecutive issues for one target differ little, neighbouring targets err alike. The noises of a zone's
quantities are correlated as the table says, so wind forecast too high goes with carbon and price forecast too low.

*Persistence*, the field's yardstick a day ahead: the same hour of the last day known at issue, 24 hours before the
target, and 48 hours before it at a lead of 24 hours, because the current hour is not over. *Perfect*: the truth.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.climatology import Climatology, climatology, levelled
from wattshift.traces.clock import Hours
from wattshift.traces.forecast_table import Skill, forecast_table
from wattshift.traces.series import LEADS
from wattshift.traces.spec import ForecastKind

Floats = NDArray[np.float64]
Issued = NDArray[np.float32]


class Subject(NamedTuple):
    """A series to be forecast."""

    quantity: str  # of the table
    past: Floats  # [P] hour means of whole days from midnight UTC, the year before the traces
    truth: Floats  # [H] hour means of the traces and the LEADS hours beyond, which the last forecasts aim at
    timezone: str  # of its civil clock
    highest: Floats | float = np.inf  # [H] what it cannot exceed, besides the table's bound


class Occasion(NamedTuple):
    """What the subjects of one call have in common."""

    name: str  # seeds the errors
    past_hours: Hours  # of `Subject.past`
    hours: Hours  # of the traces
    seed: int


def issue(kind: ForecastKind, subjects: Sequence[Subject], occasion: Occasion, issued: Issued) -> None:
    """Fill `issued[t, n, lead - 1]`: the n-th subject, issued at the start of hour t for the mean of hour t + lead.

    Args:
        kind: "realistic", "persistence" or "perfect".
        subjects: series of one place, whose errors are correlated.
        occasion: name, hours and seed.
        issued: `[n_hours, len(subjects), LEADS]`, may be a view.
    """
    if kind == "realistic":
        errors = error_paths([subject.quantity for subject in subjects], occasion)
        for nth, subject in enumerate(subjects):
            realistic(subject, expected(subject, occasion), errors[:, nth], issued[:, nth])
    else:
        simple = SIMPLE[kind]
        for nth, subject in enumerate(subjects):
            simple(subject, issued[:, nth])


def expected(subject: Subject, occasion: Occasion) -> Climatology:
    """Climatology of the subject's hours, scaled to the last weeks if the table says that it drifts."""
    skill = forecast_table().quantities[subject.quantity]
    timezone = subject.timezone if skill.clock == "civil" else "UTC"
    n_past = len(subject.past)
    begin_s = [occasion.past_hours.begin_s()[:n_past], occasion.hours.begin_s()[: len(subject.truth)]]
    tails = np.quantile(subject.past, [skill.ignored_tail, 1.0 - skill.ignored_tail])
    past = np.clip(subject.past, *tails)
    usual = climatology(past, np.concatenate(begin_s), timezone)
    if skill.drifts:
        usual = levelled(usual, np.concatenate([past, subject.truth]), n_past)
    return Climatology(usual.mean[n_past:], usual.sd[n_past:])


def error_paths(quantities: Sequence[str], occasion: Occasion) -> Floats:
    """`[2, n, H]` the two noises of every quantity, of unit variance and correlated as the table says."""
    table = forecast_table()
    mixing = np.linalg.cholesky(table.correlations(quantities))
    drawn = [
        [
            noise.unit_noise(
                occasion.seed, f"{occasion.name}/{quantity}/{path}", occasion.hours, table.memory.error_time_h
            )
            for quantity in quantities
        ]
        for path in ("first", "second")
    ]
    return mixing @ np.array(drawn)


def realistic(subject: Subject, usual: Climatology, errors: Floats, issued: Issued) -> None:
    """Fill `issued` `[n_hours, LEADS]` as the module's equation says; `errors` `[2, H]`."""
    skill: Skill = forecast_table().quantities[subject.quantity]
    n_hours = len(issued)
    lowest = -np.inf if skill.lowest is None else skill.lowest
    limit = np.inf if skill.highest is None else skill.highest
    highest = np.minimum(np.broadcast_to(subject.highest, usual.mean.shape), limit)
    mean = np.clip(usual.mean, lowest, highest)
    for lead, share in enumerate(skill.by_lead(), start=1):
        target = slice(lead, lead + n_hours)
        angle = 0.5 * np.pi * (lead - 1) / (LEADS - 1)
        error = np.cos(angle) * errors[0, target] + np.sin(angle) * errors[1, target]
        known = mean[target] + share * (subject.truth[target] - mean[target])
        guess = known + np.sqrt(share * (1.0 - share)) * usual.sd[target] * error
        issued[:, lead - 1] = np.clip(guess, lowest, highest[target])


def persistence(subject: Subject, issued: Issued) -> None:
    """The value 24 hours before the target, 48 hours at the longest lead."""
    known = np.concatenate([subject.past[-LEADS:], subject.truth])
    for lead in range(1, LEADS + 1):
        begin = lead % LEADS
        issued[:, lead - 1] = known[begin : begin + len(issued)]


def perfect(subject: Subject, issued: Issued) -> None:
    """The truth of the target."""
    for lead in range(1, LEADS + 1):
        issued[:, lead - 1] = subject.truth[lead : lead + len(issued)]


SIMPLE: dict[str, Callable[[Subject, Issued], None]] = {"persistence": persistence, "perfect": perfect}
