"""Generator of a site: starts when the grid feed fails, serves after its start time, stops when the feed returns.

Fuel per hour = idle part + l_per_kwh x output, HOMER's fuel curve; below its least load it burns as much as at it.
"""

from .jit import njit


@njit
def bridged_share(site_now, step_s):
    """Share of the step for which the generator is still starting."""
    return min(site_now.generator_left_s / step_s, 1.0)


@njit
def engine_limit_kw(site, site_now, bridged, step_h):
    """Most that the generator gives while it runs in this step: its rating, or what the tank feeds to the end."""
    run_h = (1.0 - bridged) * step_h
    if site.generator_kw == 0.0 or run_h <= 0.0:
        return 0.0
    fed_kw = (site_now.fuel_l / run_h - site.generator_idle_l_per_h) / site.generator_l_per_kwh
    return min(site.generator_kw, fed_kw) if fed_kw >= site.generator_least_kw else 0.0


@njit
def generate(site, site_now, moved, load_kw, step_h):
    """Serve the load of a site without its feed; returns the mean power that is left to the battery."""
    bridged = bridged_share(site_now, step_h * 3600.0)
    engine_kw = engine_limit_kw(site, site_now, bridged, step_h)
    if engine_kw == 0.0 or load_kw <= 0.0:
        return load_kw
    served_kw = min(load_kw, engine_kw)
    run_h = (1.0 - bridged) * step_h
    burning_kw = max(served_kw, site.generator_least_kw)
    moved.generator_kw = served_kw * (1.0 - bridged)
    moved.fuel_l = (site.generator_idle_l_per_h + site.generator_l_per_kwh * burning_kw) * run_h
    site_now.fuel_l = max(site_now.fuel_l - moved.fuel_l, 0.0)
    return load_kw * bridged + (load_kw - served_kw) * (1.0 - bridged)


@njit
def count_down(site, site_now, step_s):
    """Pass the step's time of the start-up; with the feed in service the next start is ahead."""
    if site_now.feed_up == 1:
        site_now.generator_left_s = site.generator_start_s
    else:
        site_now.generator_left_s = max(site_now.generator_left_s - step_s, 0.0)
