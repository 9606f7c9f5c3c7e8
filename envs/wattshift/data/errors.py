"""What can be wrong with data, in words for people."""


class DataError(ValueError):
    """A file or an imported set that cannot be used as it is; the message says where (file and line) and why."""


class MissingStatementError(DataError):
    """The format does not say it and nothing is guessed: the message names the option that must be given."""
