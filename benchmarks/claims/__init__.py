"""Headline claims of the field shown on our world, one module a claim. Each has `section() -> Section`."""
