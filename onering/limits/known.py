"""What a process knows of callers by itself: enough to refuse at once, and to go on without the others."""

from dataclasses import dataclass
from typing import TypeAlias

from onering.limits.gcra import Rate, Verdict, granted, verdict

Key: TypeAlias = tuple[str, str]  # a bucket's name and a caller

# How long what was granted in advance is good, when the next is asked for, and how soon somebody asks again who needs
# any; in µs.
AHEAD = 1_000_000
RENEW = AHEAD // 2
AGAIN = 2 * AHEAD
# The most that is granted in advance, as a part of the burst: small bursts are counted one by one.
SHARE = 64


@dataclass(slots=True)
class Account:
    """One caller's bucket, by this process's clock in µs.

    `tat` is no later than the instant from which on the caller has the whole burst again. `spare` was granted in
    advance, and is good until `until`; `asked` is when the database was asked last.
    """

    tat: int = 0
    spare: int = 0
    until: int = 0
    asked: int = 0

    def left(self, now: int) -> int:
        """Return how much of what was granted in advance is still good."""
        return self.spare if now < self.until else 0


class Known:
    """Accounts of at most `entries` buckets; who has the whole burst needs none, and is forgotten first."""

    def __init__(self, entries: int = 50_000) -> None:
        self._entries = entries
        self._accounts: dict[Key, Account] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    def at_once(self, rate: Rate, key: Key, asked: int, now: int) -> Verdict | None:
        """Return a verdict that holds whatever other processes do, if there is one."""
        account = self._accounts.get(key)
        if account is None:
            return None
        debt = account.tat - now
        if account.spare >= asked and now < account.until:
            account.spare -= asked
            return verdict(rate, asked, debt - account.spare * rate.step)
        if debt > rate.whole - rate.step:
            return verdict(rate, 0, debt)
        return None

    def to_renew(self, key: Key, now: int) -> bool:
        """Whether it is time to ask again for somebody who is handed out what was granted in advance; true once."""
        account = self._accounts[key]
        due = account.spare > 0 and account.asked + RENEW < now < account.until
        if due:
            account.asked = now
        return due

    def alone(self, rate: Rate, key: Key, asked: int, now: int) -> Verdict:
        """Return the verdict of this process alone."""
        account = self.account(key, now)
        debt = max(account.tat - now, 0)
        given = granted(rate, debt, asked)
        account.tat = now + debt + given * rate.step
        return verdict(rate, given, account.tat - now)

    def wanted(self, rate: Rate, key: Key, now: int) -> int:
        """Return how many to ask for in advance: some for who asks again and again, and has a large burst."""
        account = self._accounts.get(key)
        if account is None or now - account.asked >= AGAIN:
            return 0
        return max(rate.burst // SHARE - account.left(now), 0)

    def learn(self, key: Key, debt: int, spare: int, now: int) -> Account:
        """Keep what all processes together know of a bucket that was asked about at `now`, and return its account.

        `spare` was granted in advance, beside what is left of that.
        """
        account = self.account(key, now)
        account.spare = account.left(now) + spare
        account.tat, account.until, account.asked = now + debt, now + AHEAD, now
        return account

    def account(self, key: Key, now: int) -> Account:
        """Return the account of a bucket."""
        account = self._accounts.get(key)
        if account is None:
            if len(self._accounts) >= self._entries:
                self._make_room(now)
            account = self._accounts[key] = Account()
        return account

    def _make_room(self, now: int) -> None:
        kept = {key: account for key, account in self._accounts.items() if account.tat > now}
        for key in list(kept)[: max(len(kept) - self._entries * 3 // 4, 0)]:
            del kept[key]
        self._accounts = kept
