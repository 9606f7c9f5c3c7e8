"""Grid formats: unit, clock, zone and kind land as the format states them, and what it does not state is asked for."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from wattshift.data.errors import DataError, MissingStatementError
from wattshift.data.formats import formats, read, recognise
from wattshift.data.options import OPTIONS, Options

MIDNIGHT_S = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
EM = (
    "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),"
    "Carbon intensity gCO₂eq/kWh (Life cycle),Data estimated\n"
)
OASIS = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,"
    "LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP\n"
)


def oasis_row(hour: int, kind: str, node: str, usd_per_mwh: float) -> str:
    begin, end = (f"2024-01-01T{h:02}:00:00-00:00" for h in (hour, hour + 1))
    return f"{begin},{end},2023-12-31,{hour},0,{node},{node},{node},DAM,{kind},X,{node},ALL,0,{usd_per_mwh},1\n"


OASIS_ROWS = "".join(
    oasis_row(hour, kind, node, price)
    for kind, price in (("MCE", 1.0), ("LMP", 50.0))
    for node in ("TH_NP15_GEN-APND", "TH_SP15_GEN-APND")
    for hour in (1, 0)
)
A44 = """<?xml version="1.0" encoding="utf-8"?>
<Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">
<type>A44</type><TimeSeries><in_Domain.mRID codingScheme="A01">10YFR-RTE------C</in_Domain.mRID>
<currency_Unit.name>EUR</currency_Unit.name><price_Measure_Unit.name>MWH</price_Measure_Unit.name>
<curveType>A03</curveType><Period>
<timeInterval><start>2024-01-01T00:00Z</start><end>2024-01-01T06:00Z</end></timeInterval><resolution>PT60M</resolution>
<Point><position>1</position><price.amount>50</price.amount></Point>
<Point><position>2</position><price.amount>60</price.amount></Point>
<Point><position>5</position><price.amount>70</price.amount></Point>
</Period></TimeSeries></Publication_MarketDocument>
"""
SAMPLES = {
    "entsoe-xml": ("a.xml", A44, {"zone": "FR", "usd_per_unit": 1.1}),
    "electricity-maps": (
        "a.csv",
        EM
        + "2024-01-01 00:00:00,Germany,Germany,DE,300,400,true\n2024-01-01 01:00:00,Germany,Germany,DE,301,401,false\n",
        {},
    ),
    "watttime": (
        "a.json",
        json.dumps(
            {
                "data": [
                    {"point_time": "2024-01-01T00:00:00+00:00", "value": 1000.0},
                    {"point_time": "2024-01-01T00:05:00+00:00", "value": 900.0},
                ],
                "meta": {"region": "CAISO_NORTH", "signal_type": "co2_moer", "units": "lbs_co2_per_mwh"},
            }
        ),
        {},
    ),
    "sgip": (
        "a.csv",
        "timestamp,MOER version 2.0\n2024-01-01T00:00:00+00:00,0.4\n2024-01-01T00:05:00+00:00,0.3\n",
        {"zone": "CAL"},
    ),
    "entsoe-csv": (
        "a.csv",
        '"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)"\n'
        '"01/01/2024 01:00:00 - 01/01/2024 02:00:00","BZN|FR","Sequence Sequence 1","50.0"\n'
        '"01/01/2024 02:00:00 - 01/01/2024 03:00:00","BZN|FR","Sequence Sequence 1","-"\n',
        {"usd_per_unit": 1.1},
    ),
    "caiso-oasis": ("a.csv", OASIS + OASIS_ROWS, {"zone": "CAL", "location": "TH_SP15_GEN-APND"}),
    "gridstatus": (
        "a.csv",
        "Time,Interval Start,Interval End,Market,Location,Location Type,LMP,Energy,Congestion,Loss\n"
        "2023-12-31 16:00:00-08:00,2023-12-31 16:00:00-08:00,2023-12-31 17:00:00-08:00,"
        "DAY_AHEAD_HOURLY,A,Zone,50.0,1,2,3\n",
        {"zone": "CAL", "unit": "USD/MWh"},
    ),
    "uk-carbon-intensity": (
        "a.csv",
        "Datetime (UTC),Actual Carbon Intensity (gCO2/kWh),Forecast Carbon Intensity (gCO2/kWh),Index\n"
        "2024-01-01T00:00Z,140,134,low\n2024-01-01T00:30Z,,134,low\n",
        {},
    ),
    "lets-wait-awhile": (
        "a.csv",
        "Time,Carbon Intensity\n2024-01-01 00:00:00,40.5\n2024-01-01 00:30:00,41.5\n",
        {"zone": "FR"},
    ),
    "plain": (
        "a.csv",
        "time_utc,carbon_average_direct_lb_per_mwh,price_eur_per_kwh\n2024-01-01 00:00,1000,0.05\n",
        {"zone": "DE", "usd_per_unit": 1.1},
    ),
    "sustain-cluster-price": (
        "a.csv",
        "Datetime,Price (EUR/MWh)\n2024-01-01 01:00:00,50.0\n2024-01-01 02:00:00,60.0\n",
        {"zone": "DE"},
    ),
}
KG_PER_KWH = {
    "electricity-maps": 0.4,
    "watttime": 0.45359237,
    "sgip": 0.4,
    "uk-carbon-intensity": 0.14,
    "lets-wait-awhile": 0.0405,
    "plain": 0.45359237,
}
USD_PER_KWH = {
    "entsoe-csv": 0.055,
    "entsoe-xml": 0.055,
    "caiso-oasis": 0.05,
    "gridstatus": 0.05,
    "plain": 0.055,
    "sustain-cluster-price": 0.05 * 1.0776,
}


@pytest.fixture(params=SAMPLES)
def sample(request, tmp_path):
    name, text, options = SAMPLES[request.param]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return request.param, path, Options(**options)


def test_a_file_is_recognised_and_lands_in_known_units_and_utc(sample) -> None:
    name, path, options = sample
    assert recognise(path).name == name
    table = read(path, options)
    assert table.time_s[0] == MIDNIGHT_S
    assert (
        table.zone == {"watttime": "CAISO_NORTH", "uk-carbon-intensity": "GB", "entsoe-csv": "FR"}.get(name)
        or table.zone
    )
    carbon = [column for column in table.columns if column.quantity.startswith("carbon")]
    price = [column for column in table.columns if column.quantity == "price"]
    assert carbon or price
    if carbon:
        assert carbon[0].values[0] == pytest.approx(KG_PER_KWH[name])
        assert carbon[0].unit == "kg/kWh"
        assert carbon[0].scope in ("direct", "life_cycle")
    if price:
        assert price[0].values[0] == pytest.approx(USD_PER_KWH[name])


def test_what_is_written_comes_back(sample) -> None:
    """The kept factor leads from the values to the numbers of the file."""
    _, path, options = sample
    text = path.read_text(encoding="utf-8")
    for column in read(path, options).columns:
        for value in column.as_written[np.isfinite(column.as_written)]:
            assert f"{value:g}" in text


def test_every_statement_left_out_is_asked_for_by_its_option(sample) -> None:
    name, path, options = sample
    for left_out in options.given():
        fewer = Options(**{key: value for key, value in options.given().items() if key != left_out})
        with pytest.raises(MissingStatementError, match=OPTIONS[left_out].flag):
            read(path, fewer, name)


def test_options_that_contradict_a_format_are_refused(sample) -> None:
    name, path, options = sample
    other = next(key for key in ("hour", "year", "scope") if key not in formats()[name].takes)
    values = {"hour": "ending", "year": 2020, "scope": "direct"}
    with pytest.raises(DataError, match=f"{OPTIONS[other].flag} does not apply to {name}"):
        read(path, Options(**options.given() | {other: values[other]}))


def test_missing_values_stay_missing(tmp_path) -> None:
    for name in ("uk-carbon-intensity", "entsoe-csv"):
        file, text, options = SAMPLES[name]
        (tmp_path / file).write_text(text, encoding="utf-8")
        assert np.isnan(read(tmp_path / file, Options(**options)).columns[0].values).tolist() == [False, True]


def test_the_2023_and_2025_headers_of_electricity_maps_say_the_same(tmp_path) -> None:
    old = EM.replace("Zone id", "Zone Id").replace("Carbon intensity", "Carbon Intensity").replace("Life cycle", "LCA")
    rows = "2024-01-01 00:00:00,Germany,Germany,DE,300,400,true\n"
    values = []
    for header in (EM, old):
        path = tmp_path / "a.csv"
        path.write_text(header + rows, encoding="utf-8")
        values.append([(column.name, column.values[0]) for column in read(path, Options()).columns])
    assert values[0] == values[1]


def test_a_zone_that_contradicts_the_file_is_refused(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(SAMPLES["electricity-maps"][1], encoding="utf-8")
    assert read(path, Options(zone="DE")).zone == "DE"
    with pytest.raises(DataError, match="--zone says GB, but the file is of zone DE"):
        read(path, Options(zone="GB"))


def test_old_and_new_entsoe_files_agree_where_clocks_change(tmp_path) -> None:
    """23 hours in spring and 25 in autumn; the old files' empty row for the hour that does not exist is passed over."""
    spring = [f"31.03.2024 {h:02}:00 - 31.03.2024 {h + 1:02}:00,{'' if h == 2 else 10 + h}" for h in range(23)]
    autumn = [f"27.10.2024 {h:02}:00 - 27.10.2024 {h + 1:02}:00,{10 + h}" for h in (0, 1, 2, 2, *range(3, 23))]
    marked = [
        f"27/10/2024 {h:02}:00:00{word} - x,BZN|FR,{10 + h}"
        for h, word in [(0, ""), (1, ""), (2, " (CEST)"), (2, " (CET)"), *((h, "") for h in range(3, 23))]
    ]
    path = tmp_path / "a.csv"
    for rows, header, count in (
        (spring, "MTU (CET/CEST),Day-ahead Price [EUR/MWh]", 22),
        (autumn, "MTU (CET/CEST),Day-ahead Price [EUR/MWh]", 24),
        (marked, "MTU (CET/CEST),Area,Day-ahead Price (EUR/MWh)", 24),
    ):
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        table = read(path, Options(usd_per_unit=1.0, zone="FR"))
        assert np.diff(table.time_s).tolist() == [3600] * (count - 1)


def test_a_time_that_does_not_exist_is_refused(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,price_usd_per_mwh\n2024-03-31 01:00,1\n2024-03-31 02:00,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 3: 2024-03-31 02:00:00 does not exist on the clock Europe/Berlin"):
        read(path, Options(zone="DE", timezone="Europe/Berlin", hour="starting"))


def test_hour_ending_is_an_hour_earlier(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,price_usd_per_mwh\n2024-01-01 01:00,1\n2024-01-01 02:00,2\n", encoding="utf-8")
    options = {"zone": "DE", "timezone": "+01:00"}
    starting = read(path, Options(**options, hour="starting"))
    ending = read(path, Options(**options, hour="ending"))
    assert starting.time_s[0] == MIDNIGHT_S
    assert (starting.time_s - ending.time_s).tolist() == [3600, 3600]


def test_watttime_of_api_v2_and_of_the_archive(tmp_path) -> None:
    point = {
        "point_time": "2024-01-01T00:00:00.000Z",
        "value": 1000.0,
        "datatype": "MOER",
        "ba": "CAISO_NORTH",
        "frequency": 300,
    }
    (tmp_path / "a.json").write_text(json.dumps([point, point | {"point_time": "2024-01-01T00:05:00.000Z"}]))
    (tmp_path / "b.csv").write_text("timestamp,MOER,MOER version,frequency\n2024-01-01T00:00:00+00:00,1000,3.0,300\n")
    for path, options in ((tmp_path / "a.json", Options()), (tmp_path / "b.csv", Options(zone="CAL"))):
        table = read(path, options)
        assert (table.format, table.columns[0].name) == ("watttime", "carbon_marginal_direct")
        assert table.columns[0].values[0] == pytest.approx(0.45359237)
        assert table.time_s[0] == MIDNIGHT_S


def test_points_that_a44_leaves_out_repeat_the_one_before(tmp_path) -> None:
    for curve, hours, euros in (("A03", range(6), [50, 60, 60, 60, 70, 70]), ("A01", (0, 1, 4), [50, 60, 70])):
        (tmp_path / "a.xml").write_text(A44.replace("A03", curve))
        table = read(tmp_path / "a.xml", Options(zone="FR", usd_per_unit=1.0))
        assert ((table.time_s - MIDNIGHT_S) // 3600).tolist() == list(hours)
        np.testing.assert_allclose(1000 * table.columns[0].values, euros)


def test_another_signal_of_watttime_is_refused(tmp_path) -> None:
    content = json.loads(SAMPLES["watttime"][1])
    content["meta"]["signal_type"] = "health_damage"
    (tmp_path / "a.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"a.json, meta: signal_type 'health_damage' .* expected co2_moer"):
        read(tmp_path / "a.json", Options())


def test_an_unknown_file_is_refused_with_its_beginning(tmp_path) -> None:
    (tmp_path / "a.csv").write_text("when,what\n1,2\n")
    with pytest.raises(DataError, match=r"a.csv: is in no known format; it begins with 'when,what'"):
        read(tmp_path / "a.csv", Options())
