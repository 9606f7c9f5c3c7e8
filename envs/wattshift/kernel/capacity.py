"""Stage 4, capacity: how many chips of each module may serve or work in this step."""

from .budget import budget
from .jit import njit
from .sleep import sleep_and_wake


@njit
def capacity(params, now, state, control, ledger):
    """Set which modules are in service, and their chips that are ready; out of service nobody falls asleep or wakes."""
    for nth in range(len(params.modules)):
        module, module_now, account = params.modules[nth], state.modules[nth], ledger.modules[nth]
        module_now.up = module_now.in_service * state.sites[module.site].up * (1 - module_now.tripped)
        sleep_chips = control.modules[nth].sleep_chips
        if module_now.up == 1 and (sleep_chips > 0 or module_now.awake < module.chips):
            sleep_and_wake(module, module_now, sleep_chips, params.rules[0].step_s)
        account.ready = max(module_now.awake - module_now.failed_chips, 0) if module_now.up == 1 else 0
        account.heat_limit_kw = params.plants[nth, 0].capacity_kw
    budget(params, now, state, control, ledger)
