"""A folder of synthetic traces already built: one year loads in a blink, without pandas or pvlib.

An entry is a folder of .npy files named by a digest of all that determines its arrays: demand, spec, step, and
the sources of this package with its zone catalog. It is written beside its final place and renamed, so that
processes racing for the same entry never see half of one. A folder that cannot be written means no cache.

Only the entries used last are kept: whoever adds one removes the rest. An entry is renamed before it is deleted, so
that it is there whole or not at all; a reader whose files go all the same builds the traces anew.
"""

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import numpy as np

from wattshift.traces.forecast_table import forecast_text
from wattshift.traces.grid.load import grids_text
from wattshift.traces.series import REPLAYED_JOB, ZONE, Traces
from wattshift.traces.spec import Demand, TraceSpec
from wattshift.traces.zones import catalog_text

log = logging.getLogger(__name__)

ENVIRONMENT_VARIABLE = "WATTSHIFT_CACHE"
SCALARS = ("step_s", "start_s")
DIGEST_LENGTH = 32
ENTRIES_KEPT = 12  # a year of `hybrid` in steps of five minutes takes some 80 MB
DRAFT = ".draft-"
DRAFT_LIFE_S = 86400.0  # a draft older than this was left by a process that was killed


def cache_folder() -> Path:
    """`$WATTSHIFT_CACHE/traces`, else `wattshift/traces` in the user's cache folder."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return Path(named) / "traces"
    users = os.environ.get("XDG_CACHE_HOME")
    return (Path(users) if users else Path.home() / ".cache") / "wattshift" / "traces"


def digest(demand: Demand, spec: TraceSpec, step_s: int) -> str:
    """Name of the entry: changes with the request, with any source file of this package and with its catalogs."""
    asked = {"demand": demand.model_dump(mode="json"), "spec": spec.model_dump(mode="json"), "step_s": step_s}
    hasher = hashlib.sha256(json.dumps(asked, sort_keys=True).encode())
    hasher.update(catalog_text() + grids_text() + forecast_text())
    package = Path(__file__).parent
    for source in sorted(package.rglob("*.py")):
        hasher.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes())
    return hasher.hexdigest()[:DIGEST_LENGTH]


def load(entry: Path) -> Traces:
    """Read an entry into ordinary, writable memory: read-only maps would be another type to numba."""
    scalars = json.loads((entry / "scalars.json").read_text())
    arrays = {name: np.load(entry / f"{name}.npy") for name in Traces._fields if name not in SCALARS}
    for name, record in (("zones", ZONE), ("jobs", REPLAYED_JOB)):
        arrays[name] = arrays[name].view(record)  # files forget that a record is aligned, and numba minds
    return Traces(step_s=float(scalars["step_s"]), start_s=int(scalars["start_s"]), **arrays)


def store(traces: Traces, entry: Path) -> None:
    """Write an entry whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    entry.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=entry.parent))
    try:
        for name, value in traces._asdict().items():
            if name not in SCALARS:
                np.save(draft / f"{name}.npy", value)
        (draft / "scalars.json").write_text(json.dumps({name: getattr(traces, name) for name in SCALARS}))
        draft.rename(entry)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not entry.is_dir():  # another process may have finished the same entry first
            raise


def last_used_s(entry: Path) -> float:
    """When the entry was written or read last, POSIX seconds; 0 if it is gone."""
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def evict(folder: Path, kept: int) -> None:
    """Delete all but the `kept` entries used last, and drafts that nobody finishes.

    Nothing is touched but folders named as this module names them. Safe beside readers, writers and other evictions;
    what cannot be deleted stays.
    """
    named = re.compile(f"[0-9a-f]{{{DIGEST_LENGTH}}}")
    entries = [path for path in folder.iterdir() if named.fullmatch(path.name) and path.is_dir()]
    for entry in sorted(entries, key=last_used_s, reverse=True)[kept:]:
        with suppress(OSError):  # another process was quicker, or the entry is not ours to delete
            doomed = entry.rename(folder / f"{DRAFT}{uuid4().hex}")
            shutil.rmtree(doomed, ignore_errors=True)
    for draft in folder.glob(f"{DRAFT}*"):
        if last_used_s(draft) < time.time() - DRAFT_LIFE_S:
            shutil.rmtree(draft, ignore_errors=True)


def remembered(demand: Demand, spec: TraceSpec, step_s: int, build: Callable[[], Traces]) -> Traces:
    """The cached traces, or those that `build` makes, kept for the next time if the folder can be written."""
    entry = cache_folder() / digest(demand, spec, step_s)
    if entry.is_dir():
        with suppress(OSError):  # a cache that may only be read
            os.utime(entry)
        try:
            return load(entry)
        except (OSError, ValueError, KeyError) as error:
            if entry.is_dir():  # and not evicted by another process in the meantime
                log.warning("%s is damaged and is not used, delete it: %s", entry, error)
    traces = build()
    try:
        store(traces, entry)
        evict(entry.parent, ENTRIES_KEPT)
    except OSError as error:
        log.warning("traces are not cached: %s", error)
    return traces
