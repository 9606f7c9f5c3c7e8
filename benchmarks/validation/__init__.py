"""The models held against published measurements, one module a topic. Each has `section() -> Section`."""
