"""CAISO OASIS locational prices (PRC_LMP, PRC_INTVL_LMP): one row a node, interval and component of the price.

`INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,LMP_TYPE,
XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP`; the column MW holds the price in USD/MWh, LMP_TYPE = LMP the total.
Rows come sorted by component and node, not by time: they are put in order of time here.
"""

from pathlib import Path

import numpy as np

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import price_column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table, one_of
from wattshift.data.options import Options
from wattshift.data.text import read_csv

TOTAL = "LMP"
VALUES = ("MW", "PRC", "LMP_PRC")


def sniff(beginning: str) -> bool:
    """By the header."""
    first = beginning.split("\n", 1)[0]
    return "INTERVALSTARTTIME_GMT" in first and "LMP_TYPE" in first


def read(path: Path, options: Options) -> Table:
    """The price at one node.

    Raises:
        DataError: missing column, no total, several nodes and none named, several markets, a faulty cell.
    """
    csv = read_csv(path)
    csv = csv.only_rows([kind == TOTAL for kind in csv.cells("LMP_TYPE")])
    if not csv.rows:
        raise DataError(f"{path}: no row with LMP_TYPE {TOTAL}, the total price; it holds components only")
    node = one_of(csv.cells("NODE", "NODE_ID"), options, path, "node")
    csv = csv.only_rows([cell == node for cell in csv.cells("NODE", "NODE_ID")])
    starts = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells("INTERVALSTARTTIME_GMT"))]
    csv = csv.in_order(np.argsort(utc_s(starts, None, csv.where), kind="stable"))
    starts = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells("INTERVALSTARTTIME_GMT"))]
    title = csv.header[csv.position(*VALUES)]
    return Table(
        path,
        FORMAT.name,
        options.need("zone", path, f"node {node} belongs to no zone of the catalog by itself"),
        "interval",
        utc_s(starts, None, csv.where),
        csv.line_numbers,
        (price_column(csv.cells(title), "USD/MWh", csv.where, options, path, title=title),),
        "offset in file, period starting",
        node,
    )


FORMAT = Format(
    name="caiso-oasis",
    summary="CAISO OASIS, locational marginal prices of one or several nodes",
    looks_like="INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,...,NODE,MARKET_RUN_ID,LMP_TYPE,...,MW,GROUP",
    states="USD/MWh, offset in file, period starting, node",
    asks=("zone",),
    may=("location",),
    source="https://oasis.caiso.com (Interface Specification for OASIS, PRC_LMP)",
    sniff=sniff,
    read=read,
)
