"""The names of people and workspaces: made of issuer and subject, never of an e-mail address or a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from onering.domain.actor import Actor
from onering.domain.ids import NAMESPACE


class ReservedName(ValueError):
    """A subject of the home issuer is spelled like somebody of another issuer."""


@dataclass(frozen=True, slots=True)
class Principals:
    """One home issuer, whose people go by their bare subject, and aliases (issuer → alias) of all others.

    Both are configured once and never change: they are in every stored event.
    """

    home: str
    aliases: Mapping[str, str] = field(default_factory=dict)

    def user_id(self, issuer: str, subject: str) -> str:
        """Return the name of a principal on the wire and in events: `<sub>` at home, else `<alias>|<sub>`.

        An issuer that is no longer configured goes by its full name, so old events keep naming one person each.
        """
        if issuer == self.home:
            return subject
        return f"{self.aliases.get(issuer, issuer)}|{subject}"

    def named(self, user_id: str) -> Sequence[tuple[str, str]]:
        """Return whom a name may be of, as (issuer, subject): the inverse of `user_id`.

        A bar divides alias and subject, but may also be in a subject at home.
        """
        alias, bar, subject = user_id.partition("|")
        if not bar:
            return [(self.home, user_id)]
        for issuer, known in self.aliases.items():
            if known == alias:
                return [(issuer, subject)]
        return [(self.home, user_id), (alias, subject)]

    def actor(
        self, issuer: str, subject: str, *, organisation: str | None = None, impersonator: str | None = None
    ) -> Actor:
        """Return who acts. Raises `ReservedName` for a home subject that reads as `<alias>|<somebody>`."""
        if issuer == self.home and subject.partition("|")[0] in self.aliases.values() and "|" in subject:
            raise ReservedName("the name belongs to another issuer's people")
        workspace = (
            personal_workspace(issuer, subject)
            if organisation is None
            else organisation_workspace(issuer, organisation)
        )
        return Actor(issuer, subject, self.user_id(issuer, subject), workspace, impersonator)


def personal_workspace(issuer: str, subject: str) -> UUID:
    """Return a person's own workspace: UUIDv5 of (issuer, subject)."""
    return _workspace("person", issuer, subject)


def organisation_workspace(issuer: str, organisation: str) -> UUID:
    """Return an organisation's workspace: UUIDv5 of (issuer, organisation id)."""
    return _workspace("organisation", issuer, organisation)


def _workspace(kind: str, issuer: str, name: str) -> UUID:
    # The issuer's length stands before it: no two (issuer, name) pairs spell the same text.
    return uuid5(NAMESPACE, f"workspace/{kind}/{len(issuer)}:{issuer}{name}")
