"""The application: every route over the parts that answer it."""

from collections.abc import Sequence

from starlette.types import ASGIApp

from onering import __version__
from onering.app import configured
from onering.app.means import rules_clock, utc_now
from onering.app.parts import Parts
from onering.contract.asyncapi import Closing, asyncapi
from onering.contract.openapi import Info, openapi
from onering.http.analytics import Analytics
from onering.http.application import BodyLimits, application, refuse
from onering.http.audit import Audit
from onering.http.auditors import Auditors
from onering.http.boundary import safety_headers
from onering.http.commands import Commands
from onering.http.diffs import Diffs
from onering.http.documents import Documents
from onering.http.exports import Exports
from onering.http.invites import Invites
from onering.http.journal import Journal
from onering.http.leaderboard import Leaderboard
from onering.http.links import InviteLinks, Links
from onering.http.me import Me
from onering.http.metrics import Metrics
from onering.http.operations import Health, Operations
from onering.http.proofs import Proofs
from onering.http.queries import Queries
from onering.http.reading import Reading
from onering.http.routes import FEED, described, table
from onering.http.share_cards import ShareCards
from onering.http.shelf import Shelf
from onering.http.tlog import Tlog
from onering.live import ends
from onering.live.ends import End
from onering.log.event import DEFAULT_LANE
from onering.page import OURS, Built, Page, policy
from onering.profiles import Profiles
from onering.proofs.newest import Newest


class Front:
    """The application over the parts of a process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._means = parts.means

    def asgi(self) -> ASGIApp:
        """Return the application."""
        settings, documents = self._means.settings, Documents()
        reading, links = self._reading(), Links(settings.public_url)
        invite_links = InviteLinks(self._parts.rules.tokens, links)
        commands = self._commands(invite_links)
        invites = Invites(commands, reading, invite_links)
        auditors = Auditors(settings.auditors)
        newest = Newest(self._means.pool, DEFAULT_LANE, settings.read_wait)
        lines = table(
            commands,
            invites,
            self._me(reading),
            Queries(reading, self._parts.hub.stream, Shelf(self._parts.reads.models, settings.list_cache_mib << 20)),
            Analytics(reading),
            Leaderboard(reading),
            Diffs(reading),
            ShareCards(reading, links),
            Exports(reading, settings.export_segments),
            Audit(reading, self._parts.auth.named, auditors),
            Proofs(reading, newest, auditors),
            Tlog(reading, newest, auditors),
            self._operations(newest),
            documents,
        )
        documents.publish(
            openapi(described(lines), Info(__version__, settings.developing)), asyncapi(FEED, __version__, _closings())
        )
        refusals = self._parts.refusals
        return application(
            lines,
            self._parts.hub,
            lambda app: self._parts.auth.middleware(app, refuse=refuse(refusals), attempts=self._parts.limits.attempts),
            limits=BodyLimits(settings.body_limit, settings.json_depth, settings.body_seconds),
            origins=settings.allowed_origins,
            headers=safety_headers(tls=not settings.developing),
            limited=self._parts.limits.middleware,
            page=self._page,
            instruments=self._parts.instruments,
            refusals=refusals,
        )

    def _page(self, application: ASGIApp) -> Page:
        settings = self._means.settings
        return Page(application, Built.read(settings.page or OURS), policy(configured.clerk(settings)))

    def _commands(self, links: InviteLinks) -> Commands:
        rules, reads = self._parts.rules, self._parts.reads
        journal = Journal(self._parts.instruments, self._parts.refusals)
        clock = rules_clock(self._means.settings)
        return Commands(
            rules.handler, reads.models, reads.acknowledged, self._parts.auth.principal, clock, journal, links
        )

    def _reading(self) -> Reading:
        return Reading(
            states=self._parts.rules.states,
            models=self._parts.reads.models,
            tail=self._parts.log.tail,
            acknowledged=self._parts.reads.acknowledged,
            principal=self._parts.auth.principal,
            clock=rules_clock(self._means.settings),
            anonymous_read=configured.anonymous_read(self._means.settings),
            read_wait=self._means.settings.read_wait,
        )

    def _me(self, reading: Reading) -> Me:
        profiles = Profiles(self._means.pool, self._parts.log.batcher)
        return Me(profiles, reading, self._parts.reads.acknowledged, enforced=self._means.settings.enforce_plans)

    def _operations(self, newest: Newest) -> Operations:
        settings = self._means.settings
        health = Health(
            self._parts.log.tail,
            self._parts.reads.projector,
            self._parts.auth.health,
            lambda: self._parts.tasks.alive,
            self._parts.signing.standing,
        )
        secret = configured.page_secret(settings, self._means.secret)
        token = settings.metrics_token
        metrics = Metrics(self._parts.peers.gathered, settings.metrics, token.get_secret_value() if token else None)
        return Operations(
            health,
            configured.config(settings),
            development_secret=secret,
            clock=utc_now,
            metrics=metrics,
            newest=newest,
        )


def _closings() -> Sequence[Closing]:
    """Return how a socket may end: by the feed, or by the server beneath it."""
    told = [end for end in vars(ends).values() if isinstance(end, End) and end is not ends.GONE]
    closings = {Closing(end.close_code, end.reason, end.status) for end in told}
    closings |= {Closing(1001, "going away", None), Closing(1009, "the message is too long", None)}
    return sorted(closings, key=lambda closing: (closing.code, closing.reason))
