"""What the claims share."""

HELD_OUT_YEAR = 3
"""Seed of the synthetic year: the test year of `configs/traces/synthetic.yaml`, on which no policy was tuned."""
