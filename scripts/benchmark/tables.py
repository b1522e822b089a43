"""What a person sees of the figures: a table for each section."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from scripts.benchmark.figures import Figure, Section


def shown(section: Section) -> Group:
    """Return a section's table, with what its limit is and how to read it below."""
    table = Table(title=section.title, title_justify="left")
    for column in ("", "measured", "limit", "ratio", "target", "beside"):
        table.add_column(column, justify="right" if column in ("measured", "limit", "ratio") else "left")
    for figure in section.figures:
        measured = f"{number(figure.value)} {figure.unit}"
        table.add_row(figure.what, measured, number(figure.limit), f"{figure.ratio:.2f}", aim(figure), beside(figure))
    return Group(table, Text(f"Limit: {section.limit}.\n{section.note}\n", style="dim"))


def beside(figure: Figure) -> str:
    """Return what explains a figure; the last word of each name is its unit."""
    return ", ".join(f"{name.rpartition(' ')[0] or name} {number(value)}" for name, value in figure.beside.items())


def number(value: float) -> str:
    """Return a number with as many digits as mean something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def aim(figure: Figure) -> str:
    """Return what is to be reached, and whether it is; nothing where nothing is asked."""
    target = figure.target
    if target is None:
        return ""
    bound = f"{target.bound:g} of limit" if target.of == "ratio" else f"{target.bound:,g}"
    return f"{target.sign} {bound} {'✓' if figure.met else '✗'}"
