"""Planning work in time: pure functions over batches of jobs and forecasts, for schedulers and for reproductions."""

from wattshift_agents.shifting.capacity import capacity_curve
from wattshift_agents.shifting.elastic import elastic_greedy, scaling_blocks
from wattshift_agents.shifting.slots import cheapest_slots, threshold_slots
from wattshift_agents.shifting.starts import carbon_time, lowest_slot, lowest_window, window_costs

__all__ = [
    "capacity_curve",
    "carbon_time",
    "cheapest_slots",
    "elastic_greedy",
    "lowest_slot",
    "lowest_window",
    "scaling_blocks",
    "threshold_slots",
    "window_costs",
]
