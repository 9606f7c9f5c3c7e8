"""Pages and tables that are written from the code and from results."""
