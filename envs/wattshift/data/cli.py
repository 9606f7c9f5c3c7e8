"""`wattshift data`: import, check and draw data files."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from wattshift.data import store
from wattshift.data.check import Finding, Weight
from wattshift.data.errors import DataError
from wattshift.data.formats import find_format, formats, read, recognise
from wattshift.data.importing import examined, import_files
from wattshift.data.model import Table
from wattshift.data.options import OPTIONS, Options

CLEAN, FINDINGS, REFUSED = 0, 1, 2
EPILOG = """\
A file that does not say its unit, zone, clock, whether times start or end an hour, average or marginal, direct or life
cycle, is refused until you say it; nothing is guessed. `wattshift data formats` lists what each format says itself.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wattshift", description="Energy-aware AI infrastructure: tools.")
    groups = parser.add_subparsers(required=True, metavar="COMMAND")
    data = groups.add_parser("data", help="import, check and draw data files", description=__doc__, epilog=EPILOG)
    commands = data.add_subparsers(required=True, metavar="ACTION")

    one = commands.add_parser("import", help="check files of one series and store them as one set", epilog=EPILOG)
    one.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files of one series, such as one a year")
    _statements(one)
    _store(one)
    one.add_argument("--name", help="name of the set; from zone, format and days if not given")
    one.add_argument("--replace", action="store_true", help="replace a set of that name")
    one.add_argument("--accept", action="store_true", help="import although the check doubts clock or unit")
    one.set_defaults(run=_import)

    one = commands.add_parser(
        "check",
        help="look for gaps, duplicates, wrong units and shifted clocks",
        description="Exit code 0: nothing found, 1: findings, 2: refused.",
        epilog="Several files or sets of one zone are also compared with each other: price against carbon. " + EPILOG,
    )
    _inputs(one)
    one.add_argument("--quiet", action="store_true", help="print findings only, no notes")
    one.set_defaults(run=_check)

    one = commands.add_parser("show", help="draw a file or set, and print a table of its numbers")
    _inputs(one)
    one.add_argument("--out", type=Path, metavar="PNG", help="the picture; NAME.png in the working folder if not given")
    one.set_defaults(run=_show)

    one = commands.add_parser("list", help="list the sets of the store")
    _store(one)
    one.set_defaults(run=_list)

    one = commands.add_parser("formats", help="list the formats, what they say themselves and what they ask for")
    one.add_argument("name", nargs="?", help="one format, with the beginning of its files")
    one.set_defaults(run=_formats)
    return parser


def _store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", type=Path, metavar="FOLDER", help=f"the store, else ${store.ENVIRONMENT_VARIABLE}, else the user's"
    )


def _statements(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", metavar="NAME", help="format of the files; recognised if not given")
    group = parser.add_argument_group("statements about the files, where they do not say it themselves")
    kinds = {"usd_per_unit": float, "year": int}
    for option in OPTIONS.values():
        if option.choices:
            group.add_argument(option.flag, choices=option.choices, help=option.meaning)
        else:
            kind = kinds.get(option.name, str)
            group.add_argument(option.flag, type=kind, metavar=option.metavar, help=option.meaning)


def _inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inputs", nargs="+", metavar="FILE_OR_SET", help="files, or names of imported sets")
    _statements(parser)
    _store(parser)


def _options(args: argparse.Namespace) -> Options:
    return Options(**{name: getattr(args, name) for name in OPTIONS})


def _tables(args: argparse.Namespace) -> list[Table]:
    """Every input: a set of that name if the store has one and there is no such file."""
    folder = store.store_folder(args.store)
    known = store.names(folder)
    options = _options(args)
    tables = []
    for text in args.inputs:
        path = Path(text)
        if text in known and not path.is_file():
            tables.append(store.load(folder, text).table)
        elif not path.exists():
            raise DataError(f"{text}: neither a file nor a set of {folder} ({', '.join(known) or 'which is empty'})")
        else:
            tables.append(read(path, _applying(options, path, args), args.format))
    return tables


def _applying(options: Options, path: Path, args: argparse.Namespace) -> Options:
    """With several inputs of different formats a statement is for those that ask for it."""
    if len(args.inputs) == 1:
        return options
    takes = (find_format(args.format) if args.format else recognise(path)).takes
    return Options(**{name: value for name, value in options.given().items() if name in takes})  # type: ignore[arg-type]


def _print(findings: Sequence[Finding], *, notes: bool) -> None:
    for finding in findings:
        if notes or finding.weight > Weight.NOTE:
            print(finding)


def _import(args: argparse.Namespace) -> int:
    done = import_files(
        args.files,
        _options(args),
        folder=store.store_folder(args.store),
        format_name=args.format,
        name=args.name,
        replace=args.replace,
        accept=args.accept,
    )
    _print(done.findings, notes=True)
    columns = ", ".join(f"{column.name} [{column.unit}]" for column in done.table.columns)
    print(f"imported {done.name}: {len(done.table.time_s)} rows of {columns}\ninto {done.folder}")
    return CLEAN


def _check(args: argparse.Namespace) -> int:
    tables = _tables(args)
    findings = examined(tables)
    _print(findings, notes=not args.quiet)
    found = sum(finding.weight > Weight.NOTE for finding in findings)
    print(f"{found} findings" if found else "nothing found")
    return FINDINGS if found else CLEAN


def _show(args: argparse.Namespace) -> int:
    from wattshift.data.show import draw, summary

    for text, table in zip(args.inputs, _tables(args), strict=True):
        path = args.out if args.out and len(args.inputs) == 1 else Path(f"{Path(text).name.split('.')[0]}.png")
        print(f"{text}: zone {table.zone}, {table.format}, clock {table.clock}")
        print(summary(table))
        draw(table, path)
        print(f"drawn in {path}")
    return CLEAN


def _list(args: argparse.Namespace) -> int:
    folder = store.store_folder(args.store)
    for name in store.names(folder):
        stated = store.read_provenance(folder, name)
        columns = ", ".join(column["name"] for column in stated["columns"])
        print(f"{name}: zone {stated['zone']}, {stated['rows']} rows, {columns}, imported {stated['imported_at']}")
    if not store.names(folder):
        print(f"{folder}: no sets")
    return CLEAN


def _formats(args: argparse.Namespace) -> int:
    for one in [find_format(args.name)] if args.name else formats().values():
        asks = ", ".join(OPTIONS[name].flag for name in one.asks) or "nothing"
        print(f"{one.name}: {one.summary}\n    says {one.states}\n    asks for {asks}")
        if args.name:
            may = ", ".join(OPTIONS[name].flag for name in one.may) or "nothing"
            print(f"    understands {may}\n    looks like {one.looks_like}\n    described at {one.source}")
    return CLEAN


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 clean, 1 findings, 2 refused."""
    args = _parser().parse_args(argv)
    try:
        return args.run(args)
    except DataError as error:
        print(f"refused: {error}", file=sys.stderr)
        return REFUSED
