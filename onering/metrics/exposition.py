"""The text that Prometheus reads: families of several workers, each sample with the number of its worker.

A sum over workers would fall when one of them is replaced, and Prometheus take that for a counter that began anew.
"""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric

# By the name of each family: the lines that describe it, and its samples.
Exposed = Mapping[str, tuple[str, str]]

WORKER = "worker"


class _Alone:
    """One family, as the registry that prometheus_client wants."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> Iterator[Metric]:
        yield self._family


def exposed(families: Iterable[Metric], worker: int) -> Exposed:
    """Return what a worker has to say."""
    found: dict[str, tuple[str, str]] = {}
    for family in families:
        family.samples = [s._replace(labels={**s.labels, WORKER: str(worker)}) for s in family.samples]
        lines = generate_latest(_Alone(family)).decode().splitlines(keepends=True)
        about = [line for line in lines if line.startswith("#")]
        found[family.name] = "".join(about), "".join(lines[len(about) :])
    return found


def merged(workers: Iterable[Exposed]) -> bytes:
    """Return the text of all of them: the samples of a family follow each other."""
    families: dict[str, list[str]] = {}
    for worker in workers:
        for name, (about, samples) in worker.items():
            families.setdefault(name, [about]).append(samples)
    return "".join("".join(parts) for parts in families.values()).encode()
