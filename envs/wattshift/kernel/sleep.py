"""Stage 4, sleep: chips go to sleep at once, and wake in cohorts.

Chips that jobs hold or that held a model in the last step stay awake, whatever was wished. Those that are to wake form
one cohort, which draws idle power and is ready in the first step that begins `wake_s` or more after the wish; while it
is under way it is not called back, and a further wish waits for it.
"""

from .jit import njit


@njit
def sleep_and_wake(module, module_now, sleep_chips, step_s):
    """Move one module in service towards `sleep_chips` asleep."""
    if module_now.waking > 0 and module_now.wake_left_s <= 0.0:
        module_now.awake += module_now.waking
        module_now.waking = 0
    wanted = max(module.chips - sleep_chips, module_now.held_chips + module_now.replicas)
    if module_now.awake > wanted:
        module_now.awake = wanted
    elif module_now.awake < wanted and module_now.waking == 0:
        module_now.waking = wanted - module_now.awake
        module_now.wake_left_s = module.wake_s
    if module_now.waking > 0:
        module_now.wake_left_s = max(module_now.wake_left_s - step_s, 0.0)
