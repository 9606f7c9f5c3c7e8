"""Output of wind turbines from the wind speed at 10 m: the speed at hub height, then a power curve.

One model for synthetic and real wind. The curve is that of a modern onshore turbine in the form that IEC 61400-12-1
(2017) measures it: output over the mean speed of some minutes at hub height, steady, at 1.225 kg/m3.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REFERENCE_HEIGHT_M = 10.0
HUB_HEIGHT_M = 100.0
SHEAR_EXPONENT = 1.0 / 7.0  # open terrain: Peterson & Hennessey (1978), J. Appl. Meteorol. 17, 390

CUT_IN_M_PER_S = 3.0
RATED_M_PER_S = 12.0
STORM_M_PER_S = 23.0  # from here the farm gives way
CUT_OUT_M_PER_S = 25.0


def hub_m_per_s(wind_m_per_s: Floats) -> Floats:
    """Speed at hub height, power law of the height: v (100 m / 10 m)^(1/7) = 1.39 v."""
    return wind_m_per_s * (HUB_HEIGHT_M / REFERENCE_HEIGHT_M) ** SHEAR_EXPONENT


def power_curve(hub: Floats) -> Floats:
    """Output per kW installed, 0..1, at a speed at hub height in m/s.

    Cubic from cut-in to rated, (v^3 - 3^3) / (12^3 - 3^3), e.g. Carrillo et al. (2013), Renew. Sustain. Energy Rev.
    21, 572; 1 from rated on; falls linearly from 1 at 23 m/s to 0 at cut-out, 25 m/s. A single turbine stops at 25
    and starts again at some 2 m/s less; the line between both stands for turbines that do so at different moments,
    as the smoothed curves of Staffell & Pfenninger (2016), Energy 114, 224, do for a farm, and needs no memory.
    """
    cut_in_cubed = CUT_IN_M_PER_S**3
    rising = (hub * hub * hub - cut_in_cubed) / (RATED_M_PER_S**3 - cut_in_cubed)
    storm = (CUT_OUT_M_PER_S - hub) / (CUT_OUT_M_PER_S - STORM_M_PER_S)
    return np.clip(np.minimum(rising, storm), 0.0, 1.0)


def turbine_share(wind_m_per_s: Floats) -> Floats:
    """AC output per kW installed, 0..1, from the speed at 10 m."""
    return power_curve(hub_m_per_s(wind_m_per_s))
