"""Mathematical optimisation: plans on forecasts."""
