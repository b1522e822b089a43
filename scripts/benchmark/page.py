"""The page in a browser: how soon it is there with nothing cached, and what it does with a long draft."""

from collections.abc import Iterator, Mapping

from playwright.sync_api import Browser

from onering.page import OURS, Built
from scripts.benchmark import page_long
from scripts.benchmark.chromium import chromium
from scripts.benchmark.commands import loaded
from scripts.benchmark.figures import Figure, Section, Target, figure
from scripts.benchmark.people import WRITER, drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve

SEGMENTS = 200
WRITERS = 10
# A document of the same server that has a line of text and no script.
BARE = "/healthz"
# Somebody who develops is known by their name alone (web/app/session).
SIGNED_IN = f"sessionStorage.setItem('onering.who', '{WRITER}')"
# When something was painted; and when something can be pressed, and the browser has time for who does.
TOLD = """
window.told = {};
new PerformanceObserver((entries) => {
  for (const entry of entries.getEntriesByName("first-contentful-paint")) told.painted = entry.startTime;
}).observe({ type: "paint", buffered: true });
new MutationObserver((_, observer) => {
  if (document.querySelector("main :is(a, button, textarea), body > pre") === null) return;
  observer.disconnect();
  requestIdleCallback(() => { told.usable = performance.now(); });
}).observe(document, { childList: true, subtree: true });
"""
ARRIVED = """() => new Promise((arrived) => {
  const look = () => (told.painted && told.usable ? arrived(told) : setTimeout(look, 20));
  look();
})"""
ASKED: Mapping[str, Target] = {"painted": Target("value", "≤", 1000), "usable": Target("value", "≤", 1500)}

# Milliseconds by what they are of, one or the other of ASKED.
Visit = Mapping[str, float]


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure visits, then a long draft; each in turn with a page that does next to nothing."""
    if Built.read(OURS) is None:
        raise RuntimeError("the page is not built: scripts/run does that")
    with serve() as service, chromium() as browser:
        (draft,) = drafts(service, 1)
        loaded(service, [draft], clients=WRITERS, count=SEGMENTS // WRITERS)
        places = {"my drafts": "/", f"a draft of {SEGMENTS} segments": f"/drafts/{draft}"}
        figures = [
            shown
            for what, path in places.items()
            for shown in _visited(what, browser, service.url + path, service.url + BARE, scale.visits)
        ]
        figures += page_long.measured(browser, service, scale, BARE)
    return Section(
        "The page in a browser",
        "the same of a page that does next to nothing: a line of text; the same paragraphs without a script; a script "
        "that takes the events and does nothing with them",
        figures,
        "painted: the first contentful paint with a cold cache. usable: something can be pressed, and the browser was "
        "idle after it.",
    )


def _visited(what: str, browser: Browser, ours: str, bare: str, visits: int) -> Iterator[Figure]:
    rounds = [(_visit(browser, ours), _visit(browser, bare)) for _ in range(visits)]
    for name, target in ASKED.items():
        yield figure(f"{what}, {name}", "ms", [(page[name], limit[name]) for page, limit in rounds], target=target)


def _visit(browser: Browser, url: str) -> Visit:
    """Open a page in a window without a past."""
    context = browser.new_context()
    try:
        context.add_init_script(SIGNED_IN)
        context.add_init_script(TOLD)
        page = context.new_page()
        page.goto(url)
        told: Visit = page.evaluate(ARRIVED)
        return told
    finally:
        context.close()
