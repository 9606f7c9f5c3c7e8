"""Stage 4, capacity: how many chips of each module may serve or work in this step."""

from .jit import njit


@njit
def capacity(params, state, ledger):
    """Set which modules are in service, and their chips that are ready."""
    for nth in range(len(params.modules)):
        module, module_now = params.modules[nth], state.modules[nth]
        module_now.up = state.sites[module.site].up if module_now.tripped == 0 else 0
        ledger.modules[nth].ready = module.chips if module_now.up == 1 else 0
