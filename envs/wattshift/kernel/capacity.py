"""Stage 4a, capacity: how many chips of each module may serve or work in this step."""

from .budget import budget
from .jit import njit


@njit
def capacity(params, now, state, control, ledger):
    """Set which modules are in service, and their chips that are ready."""
    for nth in range(len(params.modules)):
        module, module_now = params.modules[nth], state.modules[nth]
        module_now.up = module_now.in_service * state.sites[module.site].up
        ledger.modules[nth].ready = module.chips - module_now.failed_chips if module_now.up == 1 else 0
        ledger.modules[nth].heat_limit_kw = params.plants[nth, 0].capacity_kw
    budget(params, now, state, control, ledger)
