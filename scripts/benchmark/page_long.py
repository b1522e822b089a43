"""A long draft on the page: whether it scrolls smoothly, and what an event costs whoever looks at it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

from playwright.sync_api import Browser, Page

from onering.http.routes import FEED
from scripts.benchmark.commands import loaded
from scripts.benchmark.figures import Figure, Target, figure
from scripts.benchmark.length import Caller
from scripts.benchmark.people import CONTENT, drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Service

WRITERS = 10
# How fast a long flick through the draft is, in pixels a second.
SPEED = 4_000
# The longest that a frame of 60 or of 30 in a second may take, in ms, and what the clock is coarse by.
FRAMES = {"16.7 ms": 17.5, "33 ms": 34.2}
# Between two events, in seconds: each is drawn by itself.
PAUSE = 0.1
# What the browser counts of a page's work, in seconds, and the least of it.
LEAST = 1e-6
WORK = {"script": "ScriptDuration", "all": "TaskDuration"}

COLLECT = """() => {
  window.lengths = [];
  let last = performance.now();
  const next = (now) => {
    lengths.push(now - last);
    last = now;
    window.collecting = requestAnimationFrame(next);
  };
  window.collecting = requestAnimationFrame(next);
}"""
COLLECTED = "() => { cancelAnimationFrame(collecting); return lengths.slice(1); }"
# The same text without a script.
PLAIN = "<body style='margin: 0 auto; max-width: 38rem; font: 1.2rem serif'>{}</body>"
FOLLOW = """(path) => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + path);
  socket.onopen = () => socket.send('{"type": "hello"}');
  socket.onmessage = ({ data }) => { window.told = JSON.parse(data); };
}"""


def measured(browser: Browser, service: Service, scale: Scale, bare: str) -> Iterator[Figure]:
    """Measure a draft of as many segments as the scale says; `bare` is the path of a page without a script."""
    (draft,) = drafts(service, 1)
    loaded(service, [draft], clients=WRITERS, count=scale.page_segments // WRITERS)
    what = f"{scale.page_segments:,} segments"
    with _opened(browser, f"{service.url}/drafts/{draft}") as page, _opened(browser, service.url + bare) as plain:
        page.wait_for_selector("main li")
        plain.set_content(PLAIN.format(f"<p>{CONTENT}</p>" * scale.page_segments))
        yield from _scrolled(what, page, plain, scale)
        plain.goto(service.url + bare)
        plain.evaluate(FOLLOW, FEED.replace("{draft_id}", draft))
        with closing(Caller(service)) as caller:
            yield from _told(what, page, plain, lambda: caller.write(draft), scale)


@contextmanager
def _opened(browser: Browser, url: str) -> Iterator[Page]:
    # What is measured beside ours is put into a page of the service, whose policy admits nothing.
    context = browser.new_context(bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(url)
        yield page
    finally:
        context.close()


def _scrolled(what: str, page: Page, plain: Page, scale: Scale) -> Iterator[Figure]:
    far = round(SPEED * scale.seconds / 2)
    lengths = [(_frames(page, far), _frames(plain, far)) for _ in range(scale.rounds)]
    for name, most in FRAMES.items():
        pairs = [(_share(ours, most), _share(limit, most)) for ours, limit in lengths]
        yield figure(f"{what}, frames within {name} while scrolling", "%", pairs)
    nodes = [(float(_nodes(page)), float(_nodes(plain)))]
    yield figure(f"{what}, elements in the document", "", nodes, target=Target("value", "≤", 1500))


def _frames(page: Page, far: int) -> Sequence[float]:
    """Flick up and down again; return how long each frame took, in ms."""
    page.bring_to_front()
    session = page.context.new_cdp_session(page)
    page.evaluate(COLLECT)
    for distance in (far, -far):
        session.send(
            "Input.synthesizeScrollGesture",
            {"x": 400, "y": 400, "yDistance": distance, "speed": SPEED, "gestureSourceType": "mouse"},
        )
    session.detach()
    lengths: Sequence[float] = page.evaluate(COLLECTED)
    return lengths


def _share(lengths: Sequence[float], most: float) -> float:
    return 100 * sum(length <= most for length in lengths) / len(lengths)


def _nodes(page: Page) -> int:
    count: int = page.evaluate("document.querySelectorAll('*').length")
    return count


def _told(what: str, page: Page, plain: Page, write: Callable[[], object], scale: Scale) -> Iterator[Figure]:
    events = round(scale.seconds / PAUSE)
    spent = [(_work(page, write, events), _work(plain, write, events)) for _ in range(scale.rounds)]
    for name in WORK:
        pairs = [(ours[name], limit[name]) for ours, limit in spent]
        yield figure(f"{what}, one more: {name}", "ms", pairs)


def _work(page: Page, write: Callable[[], object], events: int) -> dict[str, float]:
    """Return what an event costs a page, in ms, on the average of some."""
    page.bring_to_front()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = _counted(session.send("Performance.getMetrics"))
    for _ in range(events):
        write()
        time.sleep(PAUSE)
    after = _counted(session.send("Performance.getMetrics"))
    session.detach()
    # Of next to nothing the browser may count nothing.
    return {name: max(after[counter] - before[counter], LEAST) * 1000 / events for name, counter in WORK.items()}


def _counted(answer: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    return {str(metric["name"]): metric["value"] for metric in answer["metrics"]}
