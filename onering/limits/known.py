"""What a process knows of callers by itself: enough to refuse at once, and to go on without the others."""

from dataclasses import dataclass
from typing import TypeAlias

from onering.limits.gcra import Rate, Verdict, granted, verdict

Key: TypeAlias = tuple[str, str]  # a bucket's name and a caller

# How long what was granted in advance is good, and how soon somebody asks again who needs it; in µs.
AHEAD = 100_000
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
        debt = max(account.tat - now, 0)
        if account.spare >= asked and now < account.until:
            account.spare -= asked
            return verdict(rate, asked, max(debt - account.spare * rate.step, 0))
        if debt > (rate.burst - 1) * rate.step:
            return verdict(rate, 0, debt)
        return None

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
        return rate.burst // SHARE if account is not None and now - account.asked < AGAIN else 0

    def learn(self, key: Key, debt: int, spare: int, now: int) -> None:
        """Keep what all processes together know of a bucket that was asked about at `now`."""
        account = self.account(key, now)
        account.tat, account.spare, account.until, account.asked = now + debt, spare, now + AHEAD, now

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
