"""Azure's LLM inference traces: 2023 (one hour, code and conversation) and 2024 (one week each).

A row a request: `TIMESTAMP,ContextTokens,GeneratedTokens`. Times of 2023 have seven digits behind the second and no
zone, which must be stated (`--timezone`; only a fixed clock makes sense for an hour of data). Times of 2024 carry
+00:00, some without a fraction. Times are kept to the second: counts a minute, and the lengths, are what demand is
made of.

Layout: AzureLLMInferenceDataset2023.md and -2024.md in Azure/AzurePublicDataset.
"""

from pathlib import Path

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import column
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.streams import Part, batches, gathered
from wattshift.data.text import Csv

TITLES = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")


def sniff(beginning: str) -> bool:
    """By the header."""
    return beginning.startswith(",".join(TITLES))


def read(path: Path, options: Options) -> Table:
    """Every request with its two lengths.

    Raises:
        DataError: a row is cut short, text instead of a number, a time that is none.
        MissingStatementError: times carry no offset and no clock was stated.
    """
    clocks = set()

    def part(csv: Csv) -> Part:
        times = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells("TIMESTAMP"))]
        clock = "offset in file"
        if times[0].tzinfo is None:
            clock = options.need("timezone", path, "its times carry no offset and the publisher names no zone")
        clocks.add(clock)
        lengths = (
            column("context_tokens", csv.cells("ContextTokens"), "1", csv.where, title="ContextTokens"),
            column("generated_tokens", csv.cells("GeneratedTokens"), "1", csv.where, title="GeneratedTokens"),
        )
        return utc_s(times, clock, csv.where), csv.line_numbers, lengths

    time_s, lines, lengths = gathered(batches(path), part)
    return Table(path, FORMAT.name, options.zone or "", "event", time_s, lines, lengths, " and ".join(sorted(clocks)))


FORMAT = Format(
    name="azure-llm",
    summary="Azure LLM inference traces 2023 and 2024: a request a row, with its tokens",
    looks_like=",".join(TITLES),
    states="tokens; in 2024 the offset",
    asks=(),
    may=("timezone", "zone"),
    source="https://github.com/Azure/AzurePublicDataset",
    sniff=sniff,
    read=read,
)
