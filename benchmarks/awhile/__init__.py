"""The experiments of "Let's Wait Awhile", through the readers and the planning functions of this repository."""
