"""The one error of this package: something about the traces that a person has to put right."""


class TraceError(ValueError):
    """A trace cannot be built; the message names the file and line or the field, and what was expected."""
