"""What the names in rewards and KPIs mean, in a line each; `tests/docs` holds the keys to those of the code."""

import re

TERMS = {
    "electricity_usd": "import at spot price plus the site's adder, less what export earns, PPAs; network at spot",
    "demand_usd": "demand charge on each site's highest import of the calendar month, by the hour",
    "carbon_usd": "carbon price times the average life-cycle intensity of the grid, for sites and network, and of fuel",
    "sla_usd": "credits for requests served late and for requests dropped",
    "lateness_usd": "credits for late jobs by the hour, and for refused and abandoned ones",
    "transfer_usd": "transit price of the data that the links carried",
    "water_usd": "water evaporated by wet cooling",
    "wear_usd": "capacity that batteries lose by cycling and by time, at the price of replacement",
    "thermal_usd": "IT energy times kelvin outside the recommended range: loop too warm, supply too cold",
    "settlement_usd": "at the horizon: work left undone and charge missing from the batteries",
    "fuel_usd": "fuel of the generators",
    "curtailment_usd": "import beyond what requests of the grid operator allow",
}
"""Cost terms."""

KPIS = {
    "objective_usd": "what policies are judged by: sum of the terms, each by its weight; the cost where all weigh 1",
    "cost_usd": "sum of the terms",
    "energy_kwh": "of the sites (IT, cooling, losses) and the network",
    "it_kwh": "chips, nodes and server fans",
    "cooling_kwh": "cooling plants",
    "loss_kwh": "UPS and PDU",
    "network_kwh": "links, and routers and access networks where the scenario counts them",
    "import_kwh": "from the grid, all sites",
    "export_kwh": "to the grid, all sites",
    "solar_kwh": "available from the sites' photovoltaics",
    "carbon_kg": "of import, network and fuel",
    "water_l": "evaporated",
    "pue": "site energy / IT energy",
    "wue_l_per_kwh": "water / IT energy",
    "renewable_share": "own solar and wind energy used / site energy",
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
    "wind_kwh": "available from the sites' turbines",
    "generator_kwh": "from the sites' generators",
    "fuel_l": "burnt by them",
    "ppa_kwh": "output of contracted plants",
    "matched_kwh": "import covered by it in the same step",
    "excess_kwh": "import beyond what requests of the grid operator allow",
    "battery_wear_share": "capacity lost / capacity, over all batteries",
    "site_down_h": "sites out of service, summed over sites",
    "module_down_h": "modules out of service, alone or with their site, summed over modules",
    "failed_chip_h": "hours of failed chips, whether or not the rest of their module is in service",
    "asleep_chip_h": "chips asleep x hours, in modules in service",
    "battery_cycles": "energy discharged / capacity, over all batteries",
    "transfer_gb": "carried by links, summed over links: data that take two links count twice",
    "mean_hops": "links between users' site and the module, mean over requests served",
    "congestion_ms": "queues of the links there and back, mean over requests served",
    "link_utilisation_max": "highest load of a link in any step / its capacity",
    "asleep_link_h": "hours asleep, summed over links",
    "link_wakes": "links woken from sleep, each time counted",
}
"""What `info["kpi"]` holds beside the terms."""

ATTRIBUTED = {
    "energy_kwh/<class>": "energy that a request or job class caused, with its share of cooling, losses and links",
    "carbon_kg/<class>": "carbon of that energy",
    "cost_usd/<class>": "its share of the sites' and links' costs, and its own credits, transit and settlement",
}
"""What `info["kpi"]` holds too with `attribution=True`, for every class and for `idle`."""

SLOTS = {
    "routing": "how near the site looks to requests",
    "placement": "how soon jobs seem to finish at the site",
    "admission": "chips that its modules offer to jobs",
    "cooling": "set-points of its main cooling plants",
    "caps": "highest clock of its chips",
    "storage": "charge or discharge of its battery",
    "sleep": "share of the module's chips asleep",
    "links": "how near the link looks to paths, and whether it may sleep",
    "preprocess": "how near modules look to requests from the site whose data are reduced first",
    "flow": "coolant of its main plants over the flow that follows the load",
    "dispatch": "whether and where waiting jobs start: one by one, then all others",
}
"""Slots of the action."""

FEATURES = {
    "hour_sin": "hour of the day, UTC; with the next",
    "hour_cos": "",
    "weekday_sin": "time of the week; with the next",
    "weekday_cos": "",
    "season_sin": "time of the year; with the next",
    "season_cos": "",
    "episode_left": "steps still to come / steps of the episode",
    "site/<site>/up": "compute and power in service",
    "site/<site>/price": "spot price",
    "site/<site>/carbon": "life-cycle intensity of the grid, average",
    "site/<site>/energy_cost": "spot price, the site's adder and the carbon as it is charged now",
    "site/<site>/temp": "dry bulb",
    "site/<site>/wet_bulb": "wet bulb",
    "site/<site>/solar": "output of photovoltaics / installed",
    "site/<site>/charge": "state of charge; 0 without a battery",
    "site/<site>/peak": "highest import of the billing period so far",
    "site/<site>/import": "of the last step",
    "site/<site>/it": "IT power of the last step",
    "site/<site>/wind": "output of wind turbines / installed",
    "site/<site>/feed_up": "grid feed in service",
    "site/<site>/curtailment_in": "until the next request of the grid operator; 0 = none announced",
    "site/<site>/allowed": "import that a request allows, or the connection",
    "module/<module>/serving": "chips busy with requests",
    "module/<module>/held_by_jobs": "chips that gangs hold",
    "module/<module>/offered_to_jobs": "chips that the last decision offered",
    "module/<module>/inlet_above_limit": "coolant at the chips less the recommended limit",
    "module/<module>/supply_above_autopilot": "set-point of the main plant less the autopilot's",
    "module/<module>/clock": "after power cap and throttling",
    "module/<module>/ready": "chips that could serve or work in the last step",
    "module/<module>/cooling_up": "cooling plants in service",
    "module/<module>/awake": "chips neither asleep nor waking",
    "module/<module>/waking": "chips on their way from sleep",
    "forecast/<site>/energy_cost_change_<lead>h": "forecast of the energy cost so far ahead, less now; "
    "the price of carbon is that of now",
    "weather_forecast/<site>/temp_<lead>h": "forecast dry bulb, mean of the hour so far ahead",
    "weather_forecast/<site>/solar_<lead>h": "forecast output of photovoltaics / installed",
    "weather_forecast/<site>/wind_<lead>h": "forecast output of wind turbines / installed",
    "demand_forecast/<flow>/<lead>h": "forecast rate of the flow, mean of the hour so far ahead",
    "requests/<flow>": "rate of the flow in the last step",
    "jobs/<class>/waiting": "nominal chips of waiting jobs",
    "jobs/<class>/held": "chips that gangs of the class hold",
    "jobs/<class>/work_left": "of all jobs on the table",
    "jobs/waiting_with_slack_<from>_to_<to>": "nominal chips of waiting jobs by the slack they have left",
    "pending/<nth>/present": "a job is shown: the nth of those that wait and are not urgent, by arrival",
    "pending/<nth>/gang": "its nominal chips",
    "pending/<nth>/work": "its work left",
    "pending/<nth>/slack": "hours that it may still wait without being late",
    "pending/<nth>/data": "data that move with it to another site",
    "pending/<nth>/class/<class>": "its class",
    "pending/<nth>/at/<site>": "its data and last checkpoint are at the site",
    "pending/<nth>/open/<site>": "its gang could start at the site now; otherwise the choice is masked",
    "link/<link>/up": "in service",
    "link/<link>/asleep": "asleep",
    "link/<link>/utilisation": "load of the last step / capacity",
    "budget/left": "carbon that may still be emitted / budget of the episode; negative beyond it",
    "budget/ahead": "hours of the budget by which the episode is within it, the coming step's share included; "
    "negative: carbon costs more in the coming step",
}
"""Entries of the observation, by name; what stands in `<...>` is one of several."""

_UNITS = (
    ("_l_per_kwh", "L/kWh"),
    ("_usd", "USD"),
    ("_kwh", "kWh"),
    ("_kg", "kg"),
    ("_gb", "GB"),
    ("_kw", "kW"),
    ("_ms", "ms"),
    ("_chip_h", "chip-h"),
    ("_link_h", "link-h"),
    ("_h", "h"),
    ("_l", "L"),
    ("_share", "1"),
    ("pue", "1"),
    ("_cycles", "cycles"),
    ("_utilisation_max", "1"),
    ("_hops", "1"),
)


def feature(name: str) -> str:
    """What an entry of the observation is, by its name with the names of sites, modules, links and classes made one.

    Raises:
        KeyError: it has no description.
    """
    if name.startswith("requests/"):
        return FEATURES["requests/<flow>"]
    if name.startswith("demand_forecast/"):
        return FEATURES["demand_forecast/<flow>/<lead>h"]
    name = re.sub(r"_slack_\w*_to_\w*$", "_slack_<from>_to_<to>", name)
    name = re.sub(r"^pending/\d+/", "pending/<nth>/", name)
    return FEATURES[re.sub(r"_\d+h$", "_<lead>h", name)]


def unit(name: str) -> str:
    """Unit of a term or KPI, which its name ends with; counts have none."""
    quantity = name.split("/", 1)[0]
    return next((text for ending, text in _UNITS if quantity.endswith(ending)), "count")
