"""What the names in rewards and KPIs mean, in a line each; `tests/docs` holds the keys to those of the code."""

TERMS = {
    "electricity_usd": "import at spot price plus the site's adder, less what export earns; links at spot price",
    "demand_usd": "demand charge on each site's highest import so far, spread over the hours of a month",
    "carbon_usd": "carbon price times the grid's average life-cycle intensity, of sites and links",
    "sla_usd": "credits for requests served late and for requests dropped",
    "lateness_usd": "credits for late jobs by the hour, and for refused and abandoned ones",
    "transfer_usd": "transit price of the data that the links carried",
    "water_usd": "water evaporated by wet cooling",
    "wear_usd": "battery wear per kWh discharged",
    "thermal_usd": "IT energy times kelvin above the inlet limit",
    "settlement_usd": "at the horizon: work left undone and charge missing from the batteries",
}
"""Cost terms."""

KPIS = {
    "cost_usd": "sum of the terms",
    "energy_kwh": "of the sites (IT, cooling, losses) and the links",
    "it_kwh": "chips, nodes and server fans",
    "cooling_kwh": "cooling plants",
    "loss_kwh": "UPS and PDU",
    "network_kwh": "links",
    "import_kwh": "from the grid, all sites",
    "export_kwh": "to the grid, all sites",
    "solar_kwh": "available from the sites' photovoltaics",
    "carbon_kg": "of import and links",
    "water_l": "evaporated",
    "pue": "site energy / IT energy",
    "wue_l_per_kwh": "water / IT energy",
    "renewable_share": "own solar energy used / site energy",
    "peak_kw": "highest import of each site, summed",
    "requests_arrived": "",
    "requests_served": "",
    "requests_late": "served beyond their latency objective",
    "requests_dropped": "found no room",
    "slo_share": "served within the objective / arrived",
    "latency_p95_ms": "over requests, each taken at the mean latency of its route in its step",
    "jobs_arrived": "",
    "jobs_finished": "",
    "jobs_late": "finished after their deadline",
    "jobs_rejected": "found the job table full",
    "jobs_abandoned": "given up by their owners, too late",
    "jobs_preempted": "returned to their last checkpoint, each time counted",
    "jobs_unfinished": "on the table at the end",
    "lateness_h": "hours after deadlines, summed over jobs, finished or not",
    "throttled_chip_h": "busy chip-hours lost to heat",
    "battery_cycles": "energy discharged / capacity, over all batteries",
}
"""What `info["kpi"]` holds beside the terms."""

ATTRIBUTED = {
    "energy_kwh/<class>": "energy that a request or job class caused, with its share of cooling, losses and links",
    "carbon_kg/<class>": "carbon of that energy",
    "cost_usd/<class>": "its share of the sites' and links' costs, and its own credits, transit and settlement",
}
"""What `info["kpi"]` holds too with `attribution=True`, for every class and for `idle`."""

_UNITS = (
    ("_l_per_kwh", "L/kWh"),
    ("_usd", "USD"),
    ("_kwh", "kWh"),
    ("_kg", "kg"),
    ("_kw", "kW"),
    ("_ms", "ms"),
    ("_chip_h", "chip-h"),
    ("_h", "h"),
    ("_l", "L"),
    ("_share", "1"),
    ("pue", "1"),
    ("_cycles", "cycles"),
)


def unit(name: str) -> str:
    """Unit of a term or KPI, which its name ends with; counts have none."""
    quantity = name.split("/", 1)[0]
    return next((text for ending, text in _UNITS if quantity.endswith(ending)), "count")
