"""The figures of one draft, for its members: what was written, by whom, who held the ring, and how it stands."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from onering.domain.refusals import NotFound
from onering.http.answers import at_position
from onering.http.call import Call
from onering.http.parameters import Cursor, Number, Parameters, Time, parameters
from onering.http.reading import Reading
from onering.http.told import Told
from onering.log.wire import timestamp
from projections.attribution import Attribution, read_attribution
from projections.days import read_days
from projections.figures import Contributor, Figures, read_figures
from projections.history import Moment
from projections.insights import Alert, alerts, inactivity_risk, insights, recommendations
from projections.models import ReadAt
from projections.turns import Turn, TurnPage, read_turns


class FigureParameters(Parameters):
    """Figures as of `now`: what happened later does not count, and the open hold ends there."""

    now: Time | None = None


class RingParameters(FigureParameters):
    """GET /v1/analytics/drafts/{id}/ring."""

    limit: Annotated[Number, Field(ge=1, le=500)] = 50
    cursor: Cursor | None = None


class DailyParameters(FigureParameters):
    """GET /v1/analytics/drafts/{id}/daily; the last of the `days` is that of `now`."""

    days: Annotated[Number, Field(ge=1, le=90)] = 14


_NOT_YET = "The draft did not exist at that time."


class Analytics:
    """What is told of one draft in figures, to its members alone, and never older than what its caller did here."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def attribution(self, call: Call) -> Told:
        """GET /v1/timeline/drafts/{draft_id}/attribution: whose segments stand, in order of their first."""
        draft_id, read_at = call.draft_id(), self._read_at(call)
        position, authors = await read_attribution(self._reading.models, draft_id, read_at, self._moment(None))
        await self._reading.for_member(call, draft_id, "its attribution")
        return self._told(draft_id, position, contributors=[_author(author) for author in authors])

    async def summary(self, call: Call) -> Told:
        """GET /v1/analytics/drafts/{draft_id}/summary: the draft in figures, from the true times of its events."""
        draft_id, position, figures = await self._figures(call, "its figures")
        return self._told(draft_id, position, **_summary(figures), computed_at=timestamp(figures.now))

    async def contributors(self, call: Call) -> Told:
        """GET /v1/analytics/drafts/{draft_id}/contributors: what each person wrote, and how long they had the ring."""
        draft_id, position, figures = await self._figures(call, "its figures")
        return self._told(
            draft_id,
            position,
            contributors=[_contributor(person, figures) for person in figures.people],
            total_contributors=len(figures.authors),
            computed_at=timestamp(figures.now),
        )

    async def ring(self, call: Call) -> Told:
        """GET /v1/analytics/drafts/{draft_id}/ring: who held the ring from when to when, newest first."""
        asked, draft_id, read_at = parameters(call, RingParameters), call.draft_id(), self._read_at(call)
        models, moment = self._reading.models, self._moment(asked.now)

        async def read(read_at: ReadAt) -> TurnPage:
            return await read_turns(models, draft_id, read_at, moment, limit=asked.limit, cursor=asked.cursor)

        page = await read(read_at)
        await self._reading.for_member(call, draft_id, "its figures")
        if not page.turns and asked.cursor is None:
            page = await read(self._level(read_at))
        if not page.turns and asked.cursor is None:
            raise NotFound(_NOT_YET)
        return self._told(
            draft_id,
            page.position,
            current_holder_id=page.holder_id,
            holds=[_hold(turn) for turn in page.turns],
            passes=[_pass(turn) for turn in page.turns if turn.from_user_id is not None],
            next_cursor=page.next_cursor,
            computed_at=timestamp(moment.now),
        )

    async def daily(self, call: Call) -> Told:
        """GET /v1/analytics/drafts/{draft_id}/daily: what each of the last UTC days brought, quiet ones included."""
        asked, draft_id, read_at = parameters(call, DailyParameters), call.draft_id(), self._read_at(call)
        moment = self._moment(asked.now)
        position, days = await read_days(self._reading.models, draft_id, read_at, moment, asked.days)
        await self._reading.for_member(call, draft_id, "its figures")
        shown = [asdict(day) | {"date": day.date.isoformat()} for day in days]
        return self._told(draft_id, position, days=shown, window_days=asked.days, computed_at=timestamp(moment.now))

    async def insights(self, call: Call) -> Told:
        """GET /v1/insights/drafts/{draft_id}: how the draft stands, what would help, and what needs somebody now."""
        draft_id, position, figures = await self._figures(call, "its insights")
        return self._told(
            draft_id,
            position,
            insights=[asdict(insight) for insight in insights(figures)],
            recommendations=[asdict(recommendation) for recommendation in recommendations(figures)],
            alerts=[_alert(alert) for alert in alerts(figures)],
            computed_at=timestamp(figures.now),
        )

    async def _figures(self, call: Call, what: str) -> tuple[UUID, int, Figures]:
        asked, draft_id, read_at = parameters(call, FigureParameters), call.draft_id(), self._read_at(call)
        models, moment = self._reading.models, self._moment(asked.now)
        position, figures = await read_figures(models, draft_id, read_at, moment)
        await self._reading.for_member(call, draft_id, what)
        if figures is None:
            position, figures = await read_figures(models, draft_id, self._level(read_at), moment)
        if figures is None:
            raise NotFound(_NOT_YET)
        return draft_id, position, figures

    def _level(self, read_at: ReadAt) -> ReadAt:
        """Return what to ask for where a draft that is in the log has not come to the timeline: all that we know of."""
        return replace(read_at, position=max(read_at.position, self._reading.tail.position))

    def _read_at(self, call: Call) -> ReadAt:
        call.signed_in()
        return self._reading.read_at(call)

    def _moment(self, now: datetime | None) -> Moment:
        return Moment(now or self._reading.clock(), asked=now is not None)

    def _told(self, draft_id: UUID, position: int, **figures: Any) -> Told:
        return Told({"draft_id": str(draft_id), **figures}, (at_position(self._reading.place(position)),))


def _author(author: Attribution) -> dict[str, Any]:
    return {
        "user_id": author.user_id,
        "segment_count": len(author.segment_ids),
        "segment_ids": author.segment_ids,
        "first_ts": timestamp(author.first_at),
        "last_ts": timestamp(author.last_at),
    }


def _summary(figures: Figures) -> dict[str, Any]:
    holds, seconds = figures.count("holds"), figures.hold_seconds
    return {
        "status": figures.status,
        "total_segments": figures.count("segments"),
        "total_words": figures.count("words"),
        "total_characters": figures.count("characters"),
        "amended_segments": figures.count("amended"),
        "withdrawn_segments": figures.count("withdrawn"),
        "unique_contributors": len(figures.authors),
        "ring_pass_count": figures.passes,
        "ring_hold_count": holds,
        "avg_time_holding_ring_seconds": seconds / holds if holds else None,
        "longest_hold_seconds": figures.longest_hold_seconds,
        "current_holder_id": figures.holder_id,
        "current_hold_seconds": figures.held.total_seconds(),
        "created_at": timestamp(figures.created_at),
        "last_activity_ts": timestamp(figures.last_activity_at),
        "inactivity_risk": inactivity_risk(figures),
    }


def _contributor(person: Contributor, figures: Figures) -> dict[str, Any]:
    segments = figures.count("segments")
    return {
        "user_id": person.user_id,
        "segments_added_count": person.segments,
        "segment_share": person.segments / segments if segments else 0.0,
        "words_added": person.words,
        "characters_added": person.characters,
        "segments_amended_count": person.amended,
        "segments_withdrawn_count": person.withdrawn,
        "first_contribution_ts": _time(person.first_at),
        "last_contribution_ts": _time(person.last_at),
        "ring_holds_count": person.holds,
        "total_hold_seconds": person.hold_seconds,
        "ring_passes_count": person.passes,
    }


def _hold(turn: Turn) -> dict[str, Any]:
    return {
        "user_id": turn.user_id,
        "start_ts": timestamp(turn.since),
        "end_ts": timestamp(turn.until),
        "seconds": turn.seconds,
        "open": turn.open,
    }


def _pass(turn: Turn) -> dict[str, Any]:
    return {
        "from_user_id": turn.from_user_id,
        "to_user_id": turn.user_id,
        "ts": timestamp(turn.since),
        "reason": turn.reason,
        "strategy": turn.strategy,
        "reasoning": turn.reasoning,
    }


def _alert(alert: Alert) -> dict[str, Any]:
    return asdict(alert) | {"triggered_at": timestamp(alert.triggered_at)}


def _time(at: datetime | None) -> str | None:
    return timestamp(at) if at else None
