"""What an idle socket costs: how much the memory of a process grows by, per reader that follows a draft."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice

from onering.http.routes import FEED
from scripts.benchmark.companions import companion
from scripts.benchmark.figures import Section, Target, figure
from scripts.benchmark.people import drafts
from scripts.benchmark.processes import private_bytes
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service
from scripts.benchmark.stack import stack

SOCKET = Target("value", "≤", 40)
# Sockets that come and go before memory is weighed: what is made once is made by then.
FIRST = 20

Place = tuple[str, int, str, str | None]


def measure(scale: Scale, serve: Serve) -> Section:
    """Weigh sockets of one draft and of as many drafts, each in a process that has served nobody before."""
    bare = _of_bare(scale.idle)
    with serve() as service:
        made = [FEED.replace("{draft_id}", draft) for draft in drafts(service, scale.idle + 1)]
        figures = [
            figure(
                f"{scale.idle} sockets, {name}",
                "KiB/socket",
                [(_of_service(service, made[0], followed, scale.idle), bare)],
                target=SOCKET,
            )
            for name, followed in (("1 draft", made[1:2]), (f"{scale.idle} drafts", made[1:]))
        ]
    return Section(
        "Memory of an idle socket",
        "the same server stack around an application that only keeps its sockets",
        figures,
        "Private memory of the worker (USS). Each reader is somebody else. Where each has a draft, the draft's feed "
        "and rules' state are in the figure.",
    )


def _of_service(service: Service, other: str, followed: Sequence[str], sockets: int) -> float:
    # Drafts that were just written to are in memory; those that are read need not be.
    service.restart()
    (worker,) = service.workers
    people = [service.token(f"reader-{n}") for n in range(sockets)]
    with _reading([(service.host, service.port, other, token) for token in people[:FIRST]]):
        pass
    paths = islice(cycle(followed), sockets)
    return _growth(worker, [(service.host, service.port, path, who) for path, who in zip(paths, people, strict=True)])


def _of_bare(sockets: int) -> float:
    with stack("bare") as bare:
        places: list[Place] = [(bare.host, bare.port, "/", None)] * sockets
        with _reading(places[:FIRST]):
            pass
        return _growth(bare.pid, places)


def _growth(worker: int, places: Sequence[Place]) -> float:
    """Return in KiB by how much a process grows for each socket."""
    before = private_bytes(worker)
    with _reading(places):
        return (private_bytes(worker) - before) / len(places) / 1024


@contextmanager
def _reading(places: Sequence[Place]) -> Iterator[None]:
    with companion("readers") as readers:
        readers.ask({"places": places, "pause": 0.1, "every": False})
        yield
