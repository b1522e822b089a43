"""The signer of a process, where its settings have it sign."""

from collections.abc import Awaitable, Callable, Mapping

from onering.app.means import Means
from onering.log.tail import Tail
from onering.proofs.folder import KeysFolder
from onering.proofs.keyring import Keyring
from onering.proofs.keys import given_keys
from onering.proofs.signer import OFF, Signer, Standing


class Signing:
    """Signs the log, or says why not; the folder of the keys is named by whoever starts the process."""

    def __init__(self, means: Means, tail: Tail) -> None:
        settings = means.settings
        self._signer: Signer | None = None
        if settings.sign == "on" and settings.keys is not None:
            given = given_keys(settings.log_key.get_secret_value()) if settings.log_key else ()
            self._signer = Signer(
                means.database,
                tail,
                Keyring(KeysFolder(settings.keys), given),
                checkpoint_seconds=settings.checkpoint_seconds,
                trust_first=settings.trust_first,
            )

    def standing(self) -> Standing:
        """Return how it stands with signing."""
        return OFF if self._signer is None else self._signer.standing()

    async def finish(self) -> None:
        """Have a last checkpoint cover what is in the log."""
        if self._signer is not None:
            await self._signer.finish()

    def runs(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the background tasks, by name."""
        return {} if self._signer is None else {"signer": self._signer.run}
