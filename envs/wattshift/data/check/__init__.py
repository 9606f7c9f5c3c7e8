"""Checks on tables as read from files or from the store: times, values, clocks."""

from collections.abc import Sequence

from wattshift.data.check.finding import Finding, Weight
from wattshift.data.check.lags import lag_findings
from wattshift.data.check.times import time_findings
from wattshift.data.check.values import value_findings
from wattshift.data.errors import DataError
from wattshift.data.model import Table

__all__ = ["Finding", "Weight", "check", "check_together"]


def check(table: Table) -> list[Finding]:
    """Times and values of one table."""
    return [*time_findings(table), *value_findings(table)]


def check_together(tables: Sequence[Table]) -> list[Finding]:
    """Clocks of tables of one zone, against the sun and against each other.

    Raises:
        DataError: the tables are of different zones.
    """
    zones = sorted({table.zone for table in tables})
    if len(zones) != 1:
        raise DataError(f"files of different zones cannot be compared: {', '.join(zones)}")
    return list(lag_findings(tables))
