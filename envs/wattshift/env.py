"""`WattshiftEnv`: one environment, a batch of one of the same world as `vector.py`."""

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, MultiDiscrete

from .choices import action_masks, action_space, set_points
from .kernel.observe import LIMIT
from .world import World

EPISODE_SEEDS = 2**63


def spaces(world: World) -> tuple[Box, Box | MultiDiscrete]:
    """Observation and action space of one environment."""
    return Box(-LIMIT, LIMIT, (len(world.layout.features),), np.float32), action_space(world)


def reward_space(world: World) -> Box:
    """Space of a vector reward: one entry for each term that weighs something."""
    return Box(-np.inf, np.inf, (len(world.reward_terms),), np.float32)


def start_rows(options: dict[str, Any] | None, n_envs: int) -> np.ndarray:
    """First rows asked for in the reset options; -1 = drawn from the seed.

    Raises:
        ValueError: an unknown option, or `start_row` not whole numbers, one or one per environment.
    """
    unknown = set(options or ()) - {"start_row", "reset_mask"}
    if unknown:
        raise ValueError(f"reset options: unknown {sorted(unknown)}, allowed are 'start_row' and 'reset_mask'")
    asked = np.asarray((options or {}).get("start_row", -1))
    if not np.issubdtype(asked.dtype, np.integer) or asked.shape not in ((), (n_envs,)):
        raise ValueError(f"start_row: got {asked!r}, must be a whole number or {n_envs} of them")
    return np.array(np.broadcast_to(asked, n_envs), np.int64)


class WattshiftEnv(gymnasium.Env[np.ndarray, np.ndarray]):
    """A hybrid cloud-edge fleet that serves requests and runs jobs while grid, weather, demand and faults change.

    ## Description
    Every decision sets, for each site, how attractive it looks to requests and to jobs, how many chips it offers to
    jobs, how cold its cooling loops run and how much coolant flows, how fast its chips may clock, what its battery
    does and whether its users' data are reduced before they travel; for each module, how many chips sleep; for each
    link, how near it looks and whether it may sleep. One kernel step then routes, serves, schedules, heats, cools,
    powers and prices the fleet (`wattshift.kernel.step`). The reward is money.

    ## Action Space
    `Box(-1, 1, (A,), float32)`; `env.unwrapped.world.layout.action_names` names the entries. The zero action is the
    autopilot, bit for bit. Entries beyond [-1, 1] are clipped; what was wanted beyond the possible is in
    `info["clipped"]`. A discrete task, such as Dispatch, has a `MultiDiscrete` instead, again with the autopilot at
    zero, and `action_masks()`.

    Preferences grow with the square of the entry, everything else in proportion.

    | Slot | Entries | -1 | 0 | +1 |
    | --- | --- | --- | --- | --- |
    | routing | sites | looks `routing_range_ms` farther to requests | nearest that meets the objective | looks nearer |
    | placement | sites | seems to finish jobs `placement_range_h` later | soonest finish | sooner |
    | admission | sites | no chips for jobs (but the urgent) | the module's `job_share` | all chips |
    | cooling | sites | coldest supply | the plant's usual set-point | warmest supply |
    | caps | sites | lowest clock | full clock | clipped |
    | storage | sites with a battery | discharge at full power | idle | charge at full power |
    | sleep | modules | clipped | all chips awake | all asleep that neither jobs nor models use |
    | links | links | looks `link_range_ms` longer, may sleep below -0.5 | shortest paths, all awake | looks shorter |
    | preprocess | sites | reduced data look `routing_range_ms` farther | by latency | look nearer |
    | flow | sites | coolant at 0.6 of what follows the load | flow follows the load | 1.5 times |
    | dispatch | ten jobs, others | clipped | where done soonest | choices in even steps: put off, then each site |

    ## Observation Space
    `Box(-10, 10, (D,), float32)`: the blocks clock, sites, modules, forecast, requests, jobs, links;
    `env.unwrapped.world.layout.features` gives each entry's name, unit, centre and scale, `.slices` the blocks. Entries
    are (physical - centre) * scale with constant centres and scales: no running normaliser is needed. It holds the
    present and forecasts, never the future.

    ## Rewards
    Minus the decision's cost in USD (weighted as the task says; by default all weights are 1), divided by
    `world.reward_scale_usd`, the autopilot's mean cost of one decision. `info["terms"]` holds the cost by term:
    electricity, demand charge, carbon, SLA credits, lateness (with refused and abandoned jobs), transfer, water,
    battery wear, thermal violations, settlement, fuel, ignored curtailment requests.

    With `vector_reward=True` the reward is the same unsummed, float32 [terms], by MO-Gymnasium's convention:
    `env.unwrapped.reward_space` and `.reward_dim`, and `world.reward_terms` names the entries. Gymnasium's own checker
    knows no vector rewards: `gymnasium.make(..., vector_reward=True, disable_env_checker=True)`.

    ## Starting State
    A row of the traces drawn from the seed (or `options={"start_row": row}`), batteries half full, loops at their
    set-points, jobs of the day before on the table.

    ## Episode End
    Truncation after `episode_days`; never termination. Unfinished jobs and missing charge are then settled in money.
    `info["kpi"]` holds the episode's KPIs (`wattshift.kpi`).

    ## Arguments
    Those of `World`: `scenario`, `traces`, `task` (a built-in name, or a YAML file of your own), `step_s`,
    `decision_every`, `episode_days`, `job_slots`, `accrual`, `attribution` (who caused the energy, carbon and cost:
    KPIs by class), and `variant`, which changes one respect of the world or of the view of it: `forecasts`,
    `residency` and `faults` (false: without), `carbon_usd_per_t`, `carbon_signal` ("average" or "marginal": what carbon
    is charged at; accounts hold the average's), `carbon_budget` (`kg_per_day`, and the `usd_per_t` on top while the
    episode is beyond it; a block `budget` then follows the others). Unknown keys are refused.

    ## Version History
    * v0: first version.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}  # type: ignore[misc]

    def __init__(self, render_mode: None = None, vector_reward: bool = False, **world: Any):
        if render_mode is not None:
            raise ValueError(f"render_mode: got {render_mode!r}, this environment draws nothing")
        self.world = World(n_envs=1, **world)
        self.render_mode = render_mode
        self.reward_scale_usd = self.world.reward_scale_usd
        self.observation_space, self.action_space = spaces(self.world)
        self.vector_reward = vector_reward
        if vector_reward:
            self.reward_space = reward_space(self.world)
            self.reward_dim = len(self.world.reward_terms)
        self._all = np.ones(1, np.bool_)
        self._none = np.zeros(1, np.bool_)
        self._begun = self._ended = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode; the same seed begins the same one."""
        super().reset(seed=seed)
        seeds = self.np_random.integers(EPISODE_SEEDS, size=1).astype(np.uint64)
        observation = self.world.begin(self._all, seeds, start_rows(options, 1))
        self._begun, self._ended = True, False
        return observation[0], {}

    def action_masks(self) -> np.ndarray:
        """Choices that may come about now, bool [sum of choices]: see `wattshift.choices.action_masks`."""
        return action_masks(self.world)[0]

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Advance by one decision."""
        if self._ended or not self._begun:
            raise gymnasium.error.ResetNeeded("the episode has ended (or none has begun): call reset() first")
        action = np.asarray(action)
        if action.shape != self.action_space.shape:
            raise ValueError(f"action: got shape {action.shape}, must be {self.action_space.shape}")
        observation, reward, truncated = self.world.step(set_points(self.world, action[None]), self._none)
        info: dict[str, Any] = {
            "terms": {name: float(values[0]) for name, values in self.world.terms().items()},
            "clipped": {name: float(values[0]) for name, values in self.world.clipped().items()},
        }
        self._ended = bool(truncated[0])
        if self._ended:
            info["kpi"] = {name: float(values[0]) for name, values in self.world.kpis(np.arange(1)).items()}
        paid: Any = self.world.rewards_by_term()[0].astype(np.float32) if self.vector_reward else float(reward[0])
        return observation[0], paid, False, self._ended, info
