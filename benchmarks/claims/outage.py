"""A cloud outage with and without rerouting to the edge, and to other continents."""

from typing import Any

from validation.check import Check, Section, markdown_table
from validation.faults import HOURS, N_EPISODES, REGION, Days, event, live

from claims.setting import HELD_OUT_YEAR
from wattshift.scenario import load_scenario
from wattshift.traces import TraceSpec, build_traces

WORLD, STEP_S = "hybrid", 300.0
NEIGHBOUR = "british-hospitals"
"""The only other site of the region's residency: at the edge."""

USUAL, ALONE, TO_EDGE, ANYWHERE = (
    "no outage",
    "outage, no rerouting",
    "outage, rerouted to the edge",
    "outage, rerouted anywhere",
)
TEXT = f"""The autopilot on `{WORLD}`, {N_EPISODES} episodes of three days, the same in every row; on the second day
compute and power of {REGION.capitalize()} are out for {HOURS:g} h, its users and its network stay. All requests are
bound to their residency, in which there is one other site, the edge site `{NEIGHBOUR}`: *rerouted to the edge* is
that world, *no rerouting* the same with the edge site in a residency of its own, *rerouted anywhere* lets go of the
residency. Jobs may go anywhere in every row. Numbers are of the day of the outage, over all requests of the fleet;
*rescued* is the part of the requests dropped without rerouting that is served; costs are without the settlement at
the end. The edge site is too small for all of the region's users; letting go of the residency also saves the few
requests that it costs on any day."""


def documents() -> dict[str, dict[str, Any]]:
    """Scenarios, by case."""
    hybrid = load_scenario(WORLD).model_dump(mode="json", exclude_none=True)
    apart = [site | {"residency": "apart"} if site["name"] == NEIGHBOUR else site for site in hybrid["sites"]]
    bound, free = (
        {name: requests | {"residency_bound": is_bound} for name, requests in hybrid["requests"].items()}
        for is_bound in (True, False)
    )
    jobs = {name: one | {"residency_bound": False} for name, one in hybrid["jobs"].items()}
    out = {"events": [event("site", REGION)]}
    chosen: dict[str, dict[str, Any]] = {
        USUAL: {"requests": bound},
        ALONE: {"requests": bound, "sites": apart, **out},
        TO_EDGE: {"requests": bound, **out},
        ANYWHERE: {"requests": free, **out},
    }
    return {case: hybrid | {"jobs": jobs} | changes for case, changes in chosen.items()}


def rescued(lived: dict[str, Days], case: str) -> float:
    """Of the requests dropped without rerouting, the share that a case serves, %."""
    alone, found = (lived[name].share("during", 2) for name in (ALONE, case))
    return 100.0 * (1.0 - found / alone)


def cheaper(lived: dict[str, Days], case: str) -> float:
    """Cost of the day of the outage against no rerouting, % less."""
    return 100.0 * (1.0 - lived[case].usd_per_h("during") / lived[ALONE].usd_per_h("during"))


def checks(lived: dict[str, Days]) -> list[Check]:
    """Rerouting helps, and how much of the service it keeps."""
    claim = "the field's claim"
    half = "the field's claim; that most is half is ours"
    return [
        Check("dropped requests that the edge rescues", "most", rescued(lived, TO_EDGE), 50, 100, "%", half),
        Check("the same, rerouted anywhere", "most", rescued(lived, ANYWHERE), 50, 100, "%", half),
        Check("cost of the day, rerouted to the edge: less", "lower", cheaper(lived, TO_EDGE), 0, 100, "%", claim),
        Check("the same, rerouted anywhere", "lower", cheaper(lived, ANYWHERE), 0, 100, "%", claim),
        Check(
            "in time on the day, rerouted to the edge",
            "as without an outage",
            100.0 * (lived[TO_EDGE].share("during", 0) - lived[USUAL].share("during", 0)),
            -1,
            100,
            "points",
            claim,
        ),
    ]


def table(lived: dict[str, Days]) -> str:
    """The day of the outage, by case."""
    heading = ("", "in time", "late", "dropped", "rescued", "cost, USD/h", "jobs preempted")
    rows: list[tuple[object, ...]] = [
        (
            case,
            *(f"{100 * days.share('during', column):.2f} %" for column in range(3)),
            "" if case in (USUAL, ALONE) else f"{rescued(lived, case):.0f} %",
            f"{days.usd_per_h('during'):.0f}",
            f"{days.kpis['jobs_preempted'].mean():.1f}",
        )
        for case, days in lived.items()
    ]
    return markdown_table(heading, rows)


def section() -> Section:
    """All cases."""
    traces = build_traces(load_scenario(WORLD).demand(), TraceSpec(seed=HELD_OUT_YEAR), STEP_S)
    lived = {case: live(load_scenario(document), traces) for case, document in documents().items()}
    return Section("A cloud outage", TEXT, checks(lived), [table(lived)])
