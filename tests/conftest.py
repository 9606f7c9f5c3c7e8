"""Shared by all tests: Hypothesis without deadlines, since the first call of a kernel function compiles it."""

from hypothesis import settings

settings.register_profile("wattshift", deadline=None)
settings.load_profile("wattshift")
