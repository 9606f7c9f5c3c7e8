"""Real zones: carbon, price and weather of consecutive calendar years, from files laid out as follows.

```
ROOT/carbon_electricitymaps/FOLDER/FOLDER_YEAR_hourly.csv[.gz]
ROOT/price_processed/FOLDER/NAME_electricity_prices_YEAR.csv[.gz]
ROOT/weather_openmeteo/FOLDER/YEAR.json[.gz]
```

Folders, clocks and currencies are in the zone catalog. Prices are converted at one rate a
currency for all years. Carbon and
weather must be whole; holes in prices up to a day are filled by the rules of `readers.hours.place`, with a logged
warning, because some of the operators' files have them (DE-LU lacks 3 September 2022, IN 21 hours of 31 May 2022).
GB's prices of 2022 begin on 21 January and are refused.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from wattshift.traces.clock import DAY_S, Hours, calendar_years
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.carbon import carbon_rows
from wattshift.traces.readers.hours import Row, place, with_margin
from wattshift.traces.readers.price import price_rows
from wattshift.traces.readers.weather import CLOUD, HUMIDITY, TEMPERATURE_C, WIND_M_PER_S, Column, open_weather
from wattshift.traces.weather import Weather
from wattshift.traces.zone_hours import Floats, ZoneHours
from wattshift.traces.zones import Zone

ENVIRONMENT_VARIABLE = "WATTSHIFT_DATA"


def data_folder(root: Path | None) -> Path:
    """The folder of the real data: `root`, or that named by WATTSHIFT_DATA.

    Raises:
        TraceError: neither is given, or it is no folder.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if root is None and not named:
        raise TraceError(
            "real traces need a folder of data: set `root` of the trace spec or the environment variable "
            f"{ENVIRONMENT_VARIABLE}"
        )
    folder = root if root is not None else Path(str(named))
    if not folder.is_dir():
        raise TraceError(f"{folder}: no such folder of real data")
    return folder


def inner_days(first_year: int, years: int) -> Hours:
    """The years less their first and last day in UTC, which files on local clocks do not cover whole."""
    whole = calendar_years(first_year, years)
    return Hours(whole.start_s + DAY_S, whole.n_hours - 48)


def joined(files: Iterable[Sequence[Row]]) -> list[Row]:
    """Rows of consecutive yearly files; where a file begins before its predecessor ends, the later file speaks."""
    series: list[Row] = []
    for rows in files:
        while series and rows and series[-1].begin_s >= rows[0].begin_s:
            series.pop()
        series.extend(rows)
    return series


def real_zone(zone: Zone, hours: Hours, root: Path, years: Iterable[int]) -> ZoneHours:
    """Every hourly series of one zone; the margin repeats the last day.

    None of these files has marginal carbon: the average stands in for it.

    Args:
        zone: catalog entry.
        hours: as `inner_days` gives them.
        root: folder of the data.
        years: calendar years whose files are read.

    Raises:
        TraceError: a file is missing or faulty; the message names file and line.
    """
    years = list(years)
    weather_files = [open_weather(root, zone.real_files.weather_folder, year) for year in years]

    def weather(column: Column) -> Floats:
        rows = joined([list(file.rows(column)) for file in weather_files])
        return with_margin(place(rows, hours, fill=False))

    carbon = joined([list(carbon_rows(root, zone.real_files, year)) for year in years])
    price = joined([price_rows(root, zone.real_files, year) for year in years])
    average = with_margin(place(carbon, hours, fill=False))
    return ZoneHours(
        Weather(weather(TEMPERATURE_C), weather(HUMIDITY), weather(CLOUD), weather(WIND_M_PER_S)),
        average,
        average,
        with_margin(place(price, hours, fill=True)),
    )
