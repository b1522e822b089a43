"""The keys that a process signs with: those of its environment, else those of the keys folder."""

from onering.proofs.folder import KeysFolder
from onering.proofs.keys import Keys
from onering.proofs.notes import SigningKey


class Keyring:
    """The folder holds what was signed and announced, wherever the keys are from."""

    def __init__(self, folder: KeysFolder, given: tuple[SigningKey, ...] = ()) -> None:
        self.folder = folder
        self.given = given

    def keys(self) -> Keys | None:
        """Return the keys as they are now; None where there are none. Raises KeysFault."""
        found = self.folder.keys()
        if not self.given:
            return found if found is not None and found.private else None
        origin = self.given[0].name
        announced = found.announced if found is not None and found.origin == origin else ()
        keys = Keys(origin, self.given, announced)
        keys.check()
        return keys
