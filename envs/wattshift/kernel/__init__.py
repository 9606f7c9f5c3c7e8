"""How the world moves: pure numba stages, one file a stage; `step.py` reads as the story of a step."""
