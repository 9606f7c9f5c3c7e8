"""A slow oracle: the step of docs/step.md in plain Python, written for reading, against which the kernel is held.

It shares nothing with the kernel but the names of things: objects instead of tables, sorted lists instead of searches,
one module a stage in the order of docs/step.md. `compare.py` runs both from the same moment and measures how far they
part; `scenarios.py` makes the random worlds on which they must agree.
"""
