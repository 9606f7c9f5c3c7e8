"""Stable-Baselines3 on the native batch: adapter, reward against the autopilot, builders and callbacks."""
