"""10 Power, the generator: it starts when the feed is lost, and burns by HOMER's fuel curve."""

from dataclasses import dataclass

from oracle.fleet import Site


@dataclass(frozen=True)
class Engine:
    """A site's generator in a step without the feed; a site without one has one that gives nothing."""

    site: Site
    step_h: float

    @property
    def bridged(self) -> float:
        """Share of the step in which it still starts."""
        return min(self.site.state.generator_left_s / (self.step_h * 3600.0), 1.0)

    @property
    def run_h(self) -> float:
        return (1.0 - self.bridged) * self.step_h

    @property
    def limit_kw(self) -> float:
        """The rating, or what the tank feeds until the step's end; a tank that feeds less than the least is left."""
        fixed = self.site.fixed
        if fixed.generator_kw == 0.0 or self.run_h <= 0.0:
            return 0.0
        fed_kw = (self.site.state.fuel_l / self.run_h - fixed.generator_idle_l_per_h) / fixed.generator_l_per_kwh
        return min(fixed.generator_kw, fed_kw) if fed_kw >= fixed.generator_least_kw else 0.0

    def serve(self, load_kw: float) -> float:
        """Run and burn; returns the mean load that it leaves."""
        if self.limit_kw <= 0.0 or load_kw <= 0.0:
            return load_kw
        fixed, state, moved = self.site.fixed, self.site.state, self.site.moved
        given_kw, running = min(load_kw, self.limit_kw), 1.0 - self.bridged
        burning_kw = max(given_kw, fixed.generator_least_kw)
        moved.generator_kw = given_kw * running
        moved.fuel_l = (fixed.generator_idle_l_per_h + fixed.generator_l_per_kwh * burning_kw) * self.run_h
        state.fuel_l = max(state.fuel_l - moved.fuel_l, 0.0)
        return load_kw * self.bridged + (load_kw - given_kw) * running


def count_down(site: Site, step_h: float) -> None:
    """The start goes on without the feed; with it, all of it is ahead."""
    if site.state.feed_up == 1:
        site.state.generator_left_s = site.fixed.generator_start_s
    else:
        site.state.generator_left_s = max(site.state.generator_left_s - step_h * 3600.0, 0.0)
