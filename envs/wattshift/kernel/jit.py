"""The one way functions of the kernel are compiled.

`error_model="numpy"` avoids a branch at every division; fast-math stays off, so results are bit-reproducible. Stages
are compiled into the entry points of `entry.py`, which alone are cached on disk.

Stages allocate nothing, so numba's reference counting is switched off for them, and they are inlined by LLVM into their
callers: passing tuples of arrays from stage to stage would otherwise cost several times as much as the physics.
A stage that allocates, or calls a numpy function that does, fails to compile.

A stage is registered, not wrapped: called from Python it is the plain function, called from an entry point it is
compiled. Wrappers through which Python would call compiled stages took a quarter of the time that compiling takes.
"""

from collections.abc import Callable
from typing import Any

import numba.extending

OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": False, "nogil": True}
STAGE_OPTIONS: dict[str, Any] = {**OPTIONS, "_nrt": False, "forceinline": True, "no_cfunc_wrapper": True}


def njit(function: Callable[..., Any]) -> Any:
    """Let a function be compiled in no-python mode where compiled code calls it."""
    return numba.extending.register_jitable(**STAGE_OPTIONS)(function)


def act(function: Callable[..., Any]) -> Any:
    """Compile a function that is called once as part of its caller: it costs no compilation of its own."""
    return numba.njit(inline="always", **STAGE_OPTIONS)(function)


def compiled(stage: Callable[..., Any]) -> Any:
    """A stage as Python may call it compiled, to look at it alone: with rows of tables, which read as records there."""

    @numba.njit(**OPTIONS)
    def call(*arguments: Any) -> Any:
        return stage(*arguments)

    return call
