"""One section a zone: its cells, what there is no real data of, and its picture."""

from dataclasses import dataclass
from pathlib import Path

from validation.check import Section, markdown_table
from validation.report import PUBLISHED, row

from calibration.cells import Cell, cells, median_price, usual_years
from calibration.pictures import draw_zone
from calibration.published import published_checks
from calibration.samples import Year, real_year, synthetic_years
from wattshift.traces.zones import Zone

REAL_YEARS = (2022, 2023)


@dataclass(frozen=True)
class Calibrated:
    """A zone's cells and its section of the page."""

    cells: list[Cell]
    section: Section


def calibrated(name: str, zone: Zone, root: Path, n_years: int, seed: int, pictures: Path | None) -> Calibrated:
    """Hold one zone of the model against its real years.

    Args:
        name: of the zone in the catalog.
        zone: catalog entry.
        root: folder of real data.
        n_years: synthetic years.
        seed: of the synthetic years.
        pictures: folder for the zone's picture; None draws none.
    """
    real = {year: real_year(zone, root, year) for year in REAL_YEARS}
    synthetic = synthetic_years(name, zone, n_years, seed)
    found = cells(name, real, synthetic)
    drawn = []
    if pictures is not None:
        drawn = [f"{name}.png"]
        draw_zone(zone.title, real, usual_years(real), synthetic, pictures / drawn[0])
    published = [row(check) for check in published_checks(name, synthetic)]
    tables = [markdown_table(PUBLISHED, published)] if published else []
    title = f"{name}: {zone.title}"
    return Calibrated(found, Section(title, text(real), [cell.check() for cell in found], tables, drawn))


def text(real: dict[int, Year]) -> str:
    """Which years stand for what, and what there is no data of."""
    sentences = []
    names = dict(zip(("carbon", "price", "weather"), Year._fields, strict=True))
    lacking = [name for name, series in names.items() if any(getattr(year, series) is None for year in real.values())]
    if "price" not in lacking:
        usual = usual_years(real)
        sentences.append(f"Prices of {' and '.join(map(str, usual))}.")
        last = median_price(real[max(real)])
        for name, year in real.items():
            if name not in usual:
                change = 100.0 * (median_price(year) / last - 1.0)
                above = f"{abs(change):.0f} % {'above' if change > 0 else 'below'}"
                sentences.append(f"Those of {name} are left out: their median is {above} that of the last year.")
    if lacking:
        sentences.append(f"No hourly real data of {', '.join(lacking)}.")
    return " ".join(sentences)
