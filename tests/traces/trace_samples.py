"""Samples that several tests of the traces share."""

from wattshift.traces import Demand, Shape

REAL_ZONES = ("CAL", "TEX", "DE", "GB", "IN", "SG", "NSW", "ON", "BR")
ZONES = (*REAL_ZONES, "FR", "SE")


def shape(**changes: object) -> Shape:
    usual: dict[str, object] = {
        "timezone": "Europe/Berlin",
        "peak_hour": 15.0,
        "peak_to_trough": 3.0,
        "weekend_ratio": 0.7,
        "burst_sd": 0.2,
    }
    return Shape.model_validate(usual | changes)


def demand(*zones: str) -> Demand:
    return Demand(
        zones=zones,
        flow_mean_per_s=(5.0, 0.3),
        flow_shapes=(shape(), shape(timezone="America/Chicago", peak_to_trough=8.0)),
        stream_mean_per_h=(2.0,),
        stream_shapes=(shape(peak_to_trough=2.0, burst_sd=0.5),),
    )
