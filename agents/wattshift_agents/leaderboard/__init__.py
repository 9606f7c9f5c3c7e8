"""The leaderboard: agents trained and every policy judged on the same held-out windows, against a certified bound."""
