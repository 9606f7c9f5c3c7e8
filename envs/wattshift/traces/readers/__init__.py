"""The folder of real files: where each series lies in it, read by the formats of `wattshift.data`."""
