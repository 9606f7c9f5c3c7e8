"""ML.ENERGY's measurements of inference against batch size, and the kernel's batching and power fitted to them."""

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from wattshift.kernel import chips as stages
from wattshift.kernel.batching import service_share
from wattshift.kernel.jit import compiled
from wattshift.scenario.tables import MODULE

module_power_kw = compiled(stages.module_power_kw)

SOURCE = "ML.ENERGY Leaderboard v3"
INLET_C = 25.0


@dataclass(frozen=True)
class Group:
    """One model on one number of GPUs of one kind, by rising batch."""

    model: str
    gpu: str
    gpus: int
    batch: np.ndarray  # requests in service, mean
    tokens_per_s: np.ndarray
    gpu_w: np.ndarray  # mean power of one GPU

    @property
    def name(self) -> str:
        """In words."""
        return f"{self.model}, {self.gpus} x {self.gpu}"

    @property
    def token_ms(self) -> np.ndarray:
        """Mean time from token to token of a request, by Little's law: batch / throughput."""
        return 1e3 * self.batch / self.tokens_per_s

    @property
    def j_per_token(self) -> np.ndarray:
        """Energy of all GPUs per output token."""
        return self.gpus * self.gpu_w / self.tokens_per_s


@dataclass(frozen=True)
class Fit:
    """The kernel's parameters of one group."""

    full_batch: float
    full_token_ms: float  # time of a token at full batch
    lone_share: float
    floor_w: float  # of one GPU
    peak_w: float

    def loads(self, batch: np.ndarray) -> np.ndarray:
        """Load of a replica that holds the batch: the inverse of the kernel's `batch_share`."""
        share = batch / self.full_batch
        return share / (self.lone_share + (1.0 - self.lone_share) * share)

    def token_ms(self, batch: np.ndarray) -> np.ndarray:
        """Time of a token."""
        return self.full_token_ms * np.array([service_share(load, self.lone_share) for load in self.loads(batch)])

    def gpu_w(self, batch: np.ndarray) -> np.ndarray:
        """Power of one GPU without its node."""
        gpu = lone_gpu(self.floor_w, self.peak_w)
        return np.array(
            [1e3 * sum(module_power_kw(gpu, 0, 1, load, 1, 0.0, 1.0, INLET_C)) for load in self.loads(batch)]
        )

    def j_per_token(self, batch: np.ndarray, gpus: int) -> np.ndarray:
        """Energy of all GPUs per output token."""
        return gpus * self.gpu_w(batch) * self.token_ms(batch) / batch * 1e-3

    def lone_share_at(self, full_batch: float) -> float:
        """Lone share where another batch counts as full: tau_0 / (tau_0 + tau_1 B)."""
        growth = (1.0 - self.lone_share) * full_batch / self.full_batch
        return self.lone_share / (self.lone_share + growth)


def lone_gpu(floor_w: float, peak_w: float) -> np.ndarray:
    """The kernel's record of one GPU that has no node around it; a replica draws its floor, whatever idling takes."""
    gpu = np.zeros(1, MODULE)
    gpu["chips"] = 1
    gpu["chip_floor_w"], gpu["chip_peak_w"] = floor_w, peak_w
    return gpu[0]


def data_folder() -> Path:
    """Where the measurements should be."""
    root = os.environ.get("WATTSHIFT_DATA") or Path(__file__).parents[3] / "shared" / "data"
    return Path(root) / "gpu_energy_mlenergy"


def read_groups(folder: Path) -> list[Group]:
    """Every model and GPU of the folder."""
    groups = []
    for path in sorted(folder.glob("*.json.gz")):
        document = json.loads(gzip.decompress(path.read_bytes()))
        rows = document.get("configurations", [])
        for gpu, gpus in sorted({(row["gpu"], row["num_gpus"]) for row in rows}, reverse=True):
            own = [row for row in rows if (row["gpu"], row["num_gpus"]) == (gpu, gpus)]
            own.sort(key=lambda row: row["avg_running_batch"])
            groups.append(
                Group(
                    model=document["name"],
                    gpu=gpu,
                    gpus=gpus,
                    batch=np.array([row["avg_running_batch"] for row in own]),
                    tokens_per_s=np.array([row["tokens_per_second"] for row in own]),
                    gpu_w=np.array([row["gpu_power_watts_total"] / gpus for row in own]),
                )
            )
    return groups


def fit(group: Group, points: slice) -> Fit:
    """Fit power and energy per token together to some of the group's points, by least squares of relative errors.

    Together they are the time of a token, too: energy per token = power x time of a token / batch.
    """
    batch, token_ms, gpu_w = group.batch[points], group.token_ms[points], group.gpu_w[points]
    full_batch = float(group.batch[-1])

    def law(values: np.ndarray) -> Fit:
        full_token_ms, lone_share, floor_w, dynamic_w = values
        return Fit(full_batch, full_token_ms, lone_share, floor_w, floor_w + dynamic_w)

    def errors(values: np.ndarray) -> np.ndarray:
        ours = law(values)
        energy = ours.j_per_token(batch, group.gpus) / group.j_per_token[points]
        return np.concatenate([ours.gpu_w(batch) / gpu_w, energy]) - 1.0

    found = least_squares(
        errors,
        x0=(token_ms[-1], 0.3, gpu_w[0], 0.3 * gpu_w[0]),
        bounds=((0.0, 1e-3, 0.0, 0.0), (np.inf, 1.0, np.inf, np.inf)),
        x_scale=(token_ms[-1], 0.1, gpu_w[0], gpu_w[0]),
    )
    return law(found.x)
