"""Data of people: files in the formats they have, checked, imported once, and drawn.

`wattshift data` is the way in for people (`cli`); `formats.read` for programs. Nothing here imports `wattshift.traces`,
which reads files and the store through this package. pandas, pyarrow and matplotlib load on first use.
"""
