"""Batching of inference, and the replicas that serve: how long a request takes, how many chips hold a model.

The time of one token is linear in the batch, tau(b) = tau_0 + tau_1 b, as the ML.ENERGY Leaderboard v3 measures
(`benchmarks/validation/chips.py`). With B the full batch, s_B the service time there, and a = tau_0 / tau(B) the share
of it that a lone request takes, a replica at the load x = arrivals / (B / s_B) holds by Little's law the batch

    b / B = a x / (1 - x (1 - a)),    and a request takes    s = s_B a / (1 - x (1 - a)).
"""

import math

from .jit import njit


@njit
def service_share(load, lone_share):
    """Service time over that at full batch, of a replica at `load` 0..1 of its full throughput."""
    return lone_share / (1.0 - load * (1.0 - lone_share))


@njit
def batch_share(load, lone_share):
    """Requests in service over the full batch: Little's law, load x service time."""
    return load * service_share(load, lone_share)


@njit
def warm_chips(replicas, free, cold_share):
    """Chips' worth of serving that `free` chips offer in a step: those without a model load it first."""
    loaded = min(replicas, free)
    return loaded + (free - loaded) * (1.0 - cold_share)


@njit
def replicas_needed(asked_chips, serving_chips, replicas, free, utilisation, cold_share):
    """Chips that hold a model in this step, filled up to `utilisation`.

    As many as what was asked for needs, and as many more as it takes, each new one losing `cold_share` of the step, to
    have served what was served.
    """
    needed = asked_chips / utilisation
    loaded = min(replicas, free)
    new = serving_chips / utilisation - loaded
    if new > 0.0 and cold_share < 1.0:
        needed = max(needed, loaded + new / (1.0 - cold_share))
    return min(math.ceil(needed - 1e-9), free)


@njit
def chips_to_serve(ledger, state, nth_module):
    """Chips of a module that are ready and that jobs do not hold."""
    return max(ledger.modules[nth_module].ready - state.modules[nth_module].held_chips, 0)


@njit
def load_models(params, state, ledger):
    """Set every module's replicas once the step's requests are routed."""
    rules = params.rules[0]
    for nth in range(len(params.modules)):
        module_now, account = state.modules[nth], ledger.modules[nth]
        module_now.replicas = replicas_needed(
            account.asked_chips,
            account.serving_chips,
            module_now.replicas,
            chips_to_serve(ledger, state, nth),
            rules.serve_utilisation,
            rules.cold_share,
        )
