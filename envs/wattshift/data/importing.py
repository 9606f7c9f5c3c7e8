"""Importing: read, check, and only then store."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wattshift.data import store
from wattshift.data.check import Finding, Weight, check, check_together
from wattshift.data.errors import DataError
from wattshift.data.formats import read
from wattshift.data.join import joined
from wattshift.data.model import Table
from wattshift.data.options import Options


class Imported(NamedTuple):
    """What an import did."""

    name: str
    folder: Path
    table: Table
    findings: list[Finding]


def examined(tables: Sequence[Table]) -> list[Finding]:
    """All findings: each file by itself, then the clocks of each zone's files together."""
    findings = [finding for table in tables for finding in check(table)]
    for zone in sorted({table.zone for table in tables}):
        findings += check_together([table for table in tables if table.zone == zone])
    return findings


def import_files(
    paths: Sequence[Path],
    options: Options,
    *,
    folder: Path,
    format_name: str | None = None,
    name: str | None = None,
    replace: bool = False,
    accept: bool = False,
) -> Imported:
    """Read files of one series, check them and store them as one set.

    Args:
        paths: files of the same format and zone.
        options: what the files leave unsaid.
        folder: the store.
        format_name: of the files; recognised if not given.
        name: of the set; from zone, format and days if not given.
        replace: whether a set of that name may be replaced.
        accept: whether doubts (clock, unit, sentinels) are to be accepted.

    Raises:
        DataError: a file cannot be read, has a fault, or raises a doubt that is not accepted. Nothing is stored then.
    """
    tables = [read(path, options, format_name) for path in paths]
    faults = [finding for table in tables for finding in check(table) if finding.weight >= Weight.FAULT]
    _refuse(faults, Weight.FAULT, "")
    table = joined(tables)
    findings = examined([table])
    _refuse(findings, Weight.FAULT if accept else Weight.DOUBT, "; if the file is right all the same, say --accept")
    chosen = name or store.set_name(table)
    stated = store.provenance_of(table, paths, options, [str(finding) for finding in findings])
    return Imported(chosen, store.write(folder, chosen, table, stated, replace=replace), table, findings)


def _refuse(findings: Sequence[Finding], from_weight: Weight, how: str) -> None:
    grave = [finding for finding in findings if finding.weight >= from_weight]
    if grave:
        doubtful = how if grave[0].weight == Weight.DOUBT else ""
        raise DataError("\n".join(finding.message for finding in grave) + f"\nnothing was imported{doubtful}")
