"""Names and order of cost terms, running sums and control slots."""

TERMS = (
    "electricity_usd",
    "demand_usd",
    "carbon_usd",
    "sla_usd",
    "lateness_usd",
    "transfer_usd",
    "water_usd",
    "wear_usd",
    "thermal_usd",
    "settlement_usd",
    "fuel_usd",
    "curtailment_usd",
)
"""Terms of the cost, in the order of the totals' `terms_usd`; the reward is minus their sum."""
(ELECTRICITY, DEMAND, CARBON, SLA, LATENESS, TRANSFER, WATER, WEAR, THERMAL, SETTLEMENT, FUEL, CURTAILMENT) = range(
    len(TERMS)
)

SUMS = (
    "it_kwh",
    "cooling_kwh",
    "loss_kwh",
    "network_kwh",
    "import_kwh",
    "export_kwh",
    "curtailed_kwh",
    "solar_kwh",
    "discharge_kwh",
    "carbon_kg",
    "water_l",
    "requests_arrived",
    "requests_served",
    "requests_late",
    "requests_dropped",
    "jobs_arrived",
    "jobs_finished",
    "jobs_late",
    "jobs_rejected",
    "jobs_abandoned",
    "jobs_preempted",
    "lateness_h",
    "throttled_chip_h",
    "wind_kwh",
    "generator_kwh",
    "fuel_l",
    "ppa_kwh",
    "matched_kwh",
    "excess_kwh",
    "site_down_h",
    "module_down_h",
    "failed_chip_h",
    "asleep_chip_h",
    "transfer_gb",
    "request_hops",
    "request_congestion_ms",
    "asleep_link_h",
    "link_wakes",
)
"""Running sums of an episode, in the order of the totals' `sums`; KPIs are made from them."""
(
    IT_KWH,
    COOLING_KWH,
    LOSS_KWH,
    NETWORK_KWH,
    IMPORT_KWH,
    EXPORT_KWH,
    CURTAILED_KWH,
    SOLAR_KWH,
    DISCHARGE_KWH,
    CARBON_KG,
    WATER_L,
    REQUESTS_ARRIVED,
    REQUESTS_SERVED,
    REQUESTS_LATE,
    REQUESTS_DROPPED,
    JOBS_ARRIVED,
    JOBS_FINISHED,
    JOBS_LATE,
    JOBS_REJECTED,
    JOBS_ABANDONED,
    JOBS_PREEMPTED,
    LATENESS_H,
    THROTTLED_CHIP_H,
    WIND_KWH,
    GENERATOR_KWH,
    FUEL_L,
    PPA_KWH,
    MATCHED_KWH,
    EXCESS_KWH,
    SITE_DOWN_H,
    MODULE_DOWN_H,
    FAILED_CHIP_H,
    ASLEEP_CHIP_H,
    TRANSFER_GB,
    REQUEST_HOPS,
    REQUEST_CONGESTION_MS,
    ASLEEP_LINK_H,
    LINK_WAKES,
) = range(len(SUMS))

SLOT_AXES = {
    "routing": "sites",
    "placement": "sites",
    "admission": "sites",
    "cooling": "sites",
    "caps": "sites",
    "storage": "batteries",
    "sleep": "modules",
    "links": "links",
    "preprocess": "sites",
    "flow": "sites",
    "dispatch": "pending",
}
"""Control slots an action may drive, and what each has one entry for."""
SLOTS = tuple(SLOT_AXES)
"""In the order of the totals' `clipped` and of the offsets given to `decode`."""
(ROUTING, PLACEMENT, ADMISSION, COOLING, CAPS, STORAGE, SLEEP, LINKS, PREPROCESS, FLOW, DISPATCH) = range(len(SLOTS))

N_PENDING = 10
"""Waiting jobs that the dispatch slot decides one by one; a last entry of it speaks for all others."""

N_TERMS, N_SUMS, N_SLOTS = len(TERMS), len(SUMS), len(SLOTS)
