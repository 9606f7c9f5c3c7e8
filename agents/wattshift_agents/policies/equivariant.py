"""Networks whose weights do not depend on how many sites, modules and links there are, nor on their order.

What belongs to one kind of thing is read by one encoder with shared weights; what hangs on a site (modules, flows of
its users, links) is averaged into it, a set function (Zaheer et al., "Deep Sets", NeurIPS 2017); sites look at each
other by attention without positions (Lee et al., "Set Transformer", ICML 2019). Permuting the sites permutes what comes
out.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from wattshift_agents.policies.graph import Graph, Nodes

ORDINARY_GAIN, FIRST_ACTION_GAIN = 2.0**0.5, 0.01
"""Of the orthogonal initialisation; the second lets an untrained policy stay near zero, which is the autopilot."""


class Encoding(NamedTuple):
    """What a tower knows of each thing; n observations."""

    sites: Tensor  # [n, S, width]
    modules: Tensor  # [n, M, width]
    links: Tensor  # [n, L, width]


class Encoder(nn.Module):
    """One layer with shared weights over the things of one kind."""

    entries: Tensor
    nameplate: Tensor

    def __init__(self, nodes: Nodes, width: int):
        super().__init__()
        shown = nodes.entries.shape[1]
        self.seen = linear(shown, width) if shown else None
        self.plate = linear(nodes.nameplate.shape[1], width)
        self.register_buffer("entries", torch.as_tensor(nodes.entries), persistent=False)
        self.register_buffer("nameplate", torch.as_tensor(nodes.nameplate), persistent=False)

    def forward(self, observation: Tensor) -> Tensor:
        """`[n, D]` to `[n, N, width]`."""
        known = self.plate(self.nameplate).expand(len(observation), -1, -1)
        if self.seen is not None:
            known = known + self.seen(observation[:, self.entries])
        return functional.relu(known)


class Attention(nn.Module):
    """Sites look at each other, then each thinks for itself; both beside a straight connection."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.before_looking, self.before_thinking = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask, self.answer = linear(width, 3 * width, gain=1.0), linear(width, width, gain=1.0)
        self.think = nn.Sequential(linear(width, width), nn.ReLU(), linear(width, width, gain=1.0))

    def forward(self, sites: Tensor) -> Tensor:
        """`[n, S, width]` to the same."""
        asked = self.ask(self.before_looking(sites)).unflatten(-1, (3, self.heads, -1))
        query, key, value = asked.permute(2, 0, 3, 1, 4)  # each [n, heads, S, width / heads]
        seen = functional.scaled_dot_product_attention(query, key, value)
        sites = sites + self.answer(seen.transpose(1, 2).flatten(2))
        return sites + self.think(self.before_thinking(sites))


class Tower(nn.Module):
    """From observations to what is known of each site, module and link."""

    entries: Tensor

    def __init__(self, graph: Graph, width: int, heads: int, layers: int):
        super().__init__()
        self.read_sites, self.read_modules = Encoder(graph.sites, width), Encoder(graph.modules, width)
        self.read_links, self.read_flows = Encoder(graph.links, width), Encoder(graph.flows, width)
        self.read_jobs = Encoder(graph.job_classes, width)
        self.everywhere = linear(len(graph.everywhere), width) if len(graph.everywhere) else None
        self.meet = nn.ModuleList(linear(width, width, gain=0.5) for _ in range(4))
        self.spread = linear(width, width, gain=1.0)
        self.attention = nn.Sequential(*(Attention(width, heads) for _ in range(layers)), nn.LayerNorm(width))
        self.n_classes, n_sites = max(len(graph.job_classes.entries), 1), len(graph.sites.entries)
        for name, owners in (
            ("of_module", graph.site_of_module[:, None]),
            ("of_flow", graph.site_of_flow[:, None]),
            ("of_link", graph.sites_of_link),
        ):
            self.register_buffer(name, _mean_by_site(torch.as_tensor(owners), n_sites), persistent=False)
        self.register_buffer("entries", torch.as_tensor(graph.everywhere), persistent=False)

    def forward(self, observation: Tensor) -> Encoding:
        """Encode observations `[n, D]`."""
        modules, links = self.read_modules(observation), self.read_links(observation)
        own = self.read_sites(observation)
        hung = (own, self.of_module @ modules, self.of_flow @ self.read_flows(observation), self.of_link @ links)
        met = sum(layer(things) for layer, things in zip(self.meet, hung, strict=True))
        sites = own + met + self._shared(observation)[:, None]
        return Encoding(self.attention(sites), modules, links)

    def _shared(self, observation: Tensor) -> Tensor:
        """`[n, width]` what is the same for all sites."""
        shared = self.read_jobs(observation).sum(dim=1) / self.n_classes
        if self.everywhere is not None:
            shared = shared + functional.relu(self.everywhere(observation[:, self.entries]))
        return self.spread(shared)


class Heads(nn.Module):
    """From an encoding to the mean of each entry of the action."""

    def __init__(self, graph: Graph, width: int):
        super().__init__()
        self.slots = [(slot.name, "sites" if slot.axis == "batteries" else slot.axis) for slot in graph.slots]
        self.site_names, self.module_names, self.link_names = (
            [name for name, axis in self.slots if axis == kind] for kind in ("sites", "modules", "links")
        )
        self.of_sites = linear(width, len(self.site_names), FIRST_ACTION_GAIN) if self.site_names else None
        self.of_modules = Junction(width, len(self.module_names)) if self.module_names else None
        self.of_links = Junction(width, len(self.link_names)) if self.link_names else None
        for slot in graph.slots:
            self.register_buffer(f"owners_{slot.name}", torch.as_tensor(slot.owners), persistent=False)
        self.register_buffer("home", torch.as_tensor(graph.site_of_module[:, None]), persistent=False)
        self.register_buffer("ends", torch.as_tensor(graph.sites_of_link), persistent=False)

    def forward(self, encoding: Encoding) -> Tensor:
        """`[n, A]` in the order of the action."""
        columns: dict[str, Tensor] = {}
        if self.of_sites is not None:
            columns |= _named(self.site_names, self.of_sites(encoding.sites))
        if self.of_modules is not None:
            columns |= _named(self.module_names, self.of_modules(encoding.modules, encoding.sites, self.home))
        if self.of_links is not None:
            columns |= _named(self.link_names, self.of_links(encoding.links, encoding.sites, self.ends))
        return torch.cat([columns[name][:, getattr(self, f"owners_{name}")] for name, _ in self.slots], dim=1)


class Junction(nn.Module):
    """What a thing knows and what its sites know, to its entries of the action."""

    def __init__(self, width: int, entries: int):
        super().__init__()
        self.own, self.home = linear(width, width), linear(width, width)
        self.out = linear(width, entries, FIRST_ACTION_GAIN)

    def forward(self, own: Tensor, sites: Tensor, at: Tensor) -> Tensor:
        """`[n, N, width]` of the things, `[n, S, width]` of all sites, `[N, k]` each one's, to `[n, N, entries]`."""
        home = self.home(sites)
        return self.out(functional.relu(self.own(own) + sum(home[:, site] for site in at.unbind(dim=1)) / at.shape[1]))


class Value(nn.Module):
    """From an encoding to the value of the whole fleet, by the mean over its sites."""

    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.Sequential(linear(width, width), nn.ReLU(), linear(width, 1, gain=1.0))

    def forward(self, encoding: Encoding) -> Tensor:
        """`[n, 1]`."""
        return self.layers(encoding.sites.mean(dim=1))


def linear(n_in: int, n_out: int, gain: float = ORDINARY_GAIN) -> nn.Linear:
    """A layer with orthogonal weights, as Stable-Baselines3 begins."""
    layer = nn.Linear(n_in, n_out)
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


def _mean_by_site(owners: Tensor, n_sites: int) -> Tensor:
    """`[S, N]` that averages what hangs on each site `[N, k]`; a row of zeros where nothing does."""
    belongs = functional.one_hot(owners, n_sites).sum(dim=1).clamp(max=1).T.float()
    return belongs / belongs.sum(dim=1, keepdim=True).clamp(min=1.0)


def _named(names: list[str], columns: Tensor) -> dict[str, Tensor]:
    return dict(zip(names, columns.unbind(dim=-1), strict=True))
