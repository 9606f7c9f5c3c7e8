"""What a class of requests or jobs takes over from its kind in the catalog, where its own document is silent."""

from collections.abc import Mapping
from typing import Any

from wattshift import catalog
from wattshift.catalog.kinds import RequestKind, pairs

OPERATIONS_PER_PARAMETER = 2.0
"""A token costs a multiply and an add per active parameter (Kaplan et al., 2020, sec. 2.1)."""


def inherit_requests(document: Any) -> Any:
    """A request class's document with shape, minute-scale noise and work of its `kind`.

    Work follows from tokens: operations per request = 2 x active parameters x (context + output tokens), for reading
    the one and writing the other.

    Raises:
        ValueError: `model_giga_params` without a kind that has tokens, or beside another `tera_ops`.
    """
    if not isinstance(document, Mapping):
        return document
    kind = _kind(document, catalog.request_kinds())
    given = dict(document) if kind is None else _over(document, {"minute_cv": kind.minute_cv.value}, kind.shape())
    giga_params = given.get("model_giga_params")
    if isinstance(giga_params, int | float) and not isinstance(giga_params, bool):
        tera_ops = _tera_ops(giga_params, kind)
        if given.setdefault("tera_ops", tera_ops) != tera_ops:
            raise ValueError("tera_ops and model_giga_params are both given, must be one of the two")
    return given


def inherit_jobs(document: Any) -> Any:
    """A job class's document with shape, hourly noise, run times and gangs of its `kind`."""
    kind = _kind(document, catalog.job_kinds()) if isinstance(document, Mapping) else None
    if kind is None:
        return document
    facts: dict[str, Any] = {
        "hourly_burst_sd": kind.hourly_burst_sd.value,
        "duration_h": pairs(kind.duration_h),
    }
    if "gangs" not in document:
        facts["gangs"] = [(gang.chips, gang.share.value) for gang in kind.gangs]
        facts["gang_hours"] = [gang.hours.value for gang in kind.gangs]
    return _over(document, facts, kind.shape())


def _kind(document: Mapping[str, Any], kinds: Mapping[str, Any]) -> Any:
    """The kind that the document names; None if it names none, or none that there is, which its field will refuse."""
    name = document.get("kind")
    return kinds.get(name) if isinstance(name, str) else None


def _over(document: Mapping[str, Any], facts: Mapping[str, Any], shape: Mapping[str, float]) -> dict[str, Any]:
    """The document over the kind's facts; its `shape`, key by key, over the kind's."""
    given = {**facts, "shape": shape, **document}
    if isinstance(given["shape"], Mapping):
        given["shape"] = {**shape, **given["shape"]}
    return given


def _tera_ops(giga_params: float, kind: RequestKind | None) -> float:
    tokens = kind.tokens_per_request() if kind is not None else None
    if tokens is None:
        with_tokens = [name for name, known in catalog.request_kinds().items() if known.context_tokens is not None]
        raise ValueError(f"model_giga_params needs a kind with tokens ({', '.join(with_tokens)}), or give tera_ops")
    return OPERATIONS_PER_PARAMETER * giga_params * tokens / 1e3
