"""Stage 4, capacity: how many chips of each module may serve or work in this step."""

from .jit import njit
from .sleep import sleep_and_wake


@njit
def capacity(params, state, control, ledger):
    """Set which modules are in service, and their chips that are ready; out of service nobody falls asleep or wakes."""
    for nth in range(len(params.modules)):
        module, module_now = params.modules[nth], state.modules[nth]
        module_now.up = state.sites[module.site].up
        sleep_chips = control.modules[nth].sleep_chips
        if module_now.up == 1 and (sleep_chips > 0 or module_now.awake < module.chips):
            sleep_and_wake(module, module_now, sleep_chips, params.rules[0].step_s)
        ledger.modules[nth].ready = module_now.awake if module_now.up == 1 else 0
