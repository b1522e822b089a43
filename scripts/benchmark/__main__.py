"""`scripts/bench`: measure, print a table, write the figures as JSON."""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from onering import __version__
from scripts.benchmark.commands import Row, measure
from scripts.benchmark.service import serving


def main(
    clients: Annotated[list[int] | None, typer.Option(help="Clients at a time; may be given several times.")] = None,
    seconds: Annotated[int, typer.Option(min=1, help="Length of a round.")] = 5,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds per number of clients; medians are shown.")] = 3,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Where the JSON goes.", show_default="bench-<time>.json")] = None,
) -> None:
    """Measure the service beside the physical limit, on this machine, in one run."""
    started = datetime.now(UTC)
    with serving(workers) as service:
        rows = measure(service, clients or [32], seconds=seconds, rounds=rounds)
    _show(rows)
    file = out or Path(f"bench-{started:%Y%m%d-%H%M%S}.json")
    about = {
        "version": __version__,
        "started": started.isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    file.write_text(json.dumps(about | {"commands": [asdict(row) for row in rows]}, indent=2) + "\n")
    print(f"written to {file}")


def _show(rows: list[Row]) -> None:
    table = Table(title="Durable commands through REST, beside pgbench's bare inserts of the same row")
    for column in ("clients", "commands/s", "inserts/s", "ratio", "p50", "p99", "CPU", "load", "refused"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            str(row.clients),
            f"{row.commands:,.0f}",
            f"{row.inserts:,.0f}",
            f"{row.ratio:.2f}",
            f"{row.p50_ms:.1f}",
            f"{row.p99_ms:.1f}",
            f"{row.service_us:.0f}",
            f"{row.generator_cpu:.0%}",
            str(row.refused),
        )
    Console().print(table)
    Console().print(
        "Medians of the rounds. p50, p99: latency in ms. CPU: µs of the service's processor time per command.\n"
        "load: the load generator's share of one core; far below 100 %, it is not what was measured."
    )


if __name__ == "__main__":
    typer.run(main)
