"""Readers of real files: text with line numbers, places on the hour grid, one module per kind of file."""
