"""2 Paths: which way every pair of sites uses, and which links sleep."""

from oracle.fleet import Fleet, Link

NEAREST_MS = 0.01
ASLEEP_MS = 1e6
DOWN_MS = 1e9


def choose_paths(fleet: Fleet) -> None:
    """Chosen in every step, as if for the first time: nothing of the past matters but who slept."""
    for link in fleet.links:
        link.state.chosen_up = link.state.up
        link.state.chosen_nearer_ms = link.wanted.nearer_ms
        link.state.chosen_may_sleep = link.wanted.may_sleep
        link.moved.apparent_ms = apparent_ms(link)
        link.moved.needed = 0
    for pair in fleet.pairs:
        there, back = fleet.paths[pair.first][pair.second], fleet.paths[pair.second][pair.first]
        looks_ms = [sum(link.moved.apparent_ms for link in way.links) for way in there.ways]
        shortest = min(range(len(looks_ms)), key=lambda nth: (looks_ms[nth], nth))
        nth = shortest if looks_ms[shortest] < DOWN_MS else -1
        there.use(nth)
        back.use(nth)
        if there.is_up:
            for link in there.links:
                link.moved.needed = 1
    for link in fleet.links:
        slept = link.state.asleep == 1
        sleeps = link.is_up and link.wanted.may_sleep == 1 and link.moved.needed == 0
        link.state.asleep = int(sleeps)
        if slept and not sleeps and link.is_up:
            fleet.count("link_wakes", 1.0)


def apparent_ms(link: Link) -> float:
    """How long a link looks."""
    if not link.is_up:
        return DOWN_MS
    longer_ms = ASLEEP_MS if link.wanted.may_sleep == 1 else 0.0
    return max(link.fixed.latency_ms - link.wanted.nearer_ms, NEAREST_MS) + longer_ms


def forget_choices(fleet: Fleet) -> None:
    """At the beginning all links are awake, and only a site's way to itself is known."""
    for link in fleet.links:
        link.state.asleep, link.state.chosen_up = 0, -1
    for start, row in enumerate(fleet.paths):
        for end, path in enumerate(row):
            path.use(0 if start == end else -1)
