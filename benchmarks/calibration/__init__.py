"""The synthetic world held against the real one, statistic by statistic."""
