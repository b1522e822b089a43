"""What a service needs to sign its log when it starts, and what its operator is told of it."""

import logging

from onering.log.connection import DATABASE_FAULTS, Database, said
from onering.proofs.faults import KeysFault
from onering.proofs.folder import KeysFolder
from onering.proofs.keyring import Keyring
from onering.proofs.keys import Keys, continues, given_keys, new_key, private_text
from onering.service.database import data_folder
from onering.service.faults import Misconfigured, ServiceError
from onering.service.log_keys import Operator
from onering.settings import Settings

logger = logging.getLogger(__name__)


def keyring(settings: Settings) -> Keyring:
    """Return the keys that the settings mean: in their folder, beside the data folder if nothing else is said.

    Raises Misconfigured.
    """
    data = data_folder(settings).path
    folder = KeysFolder(settings.keys or data.with_name(f"{data.name}-keys"))
    try:
        folder.check()
        given = given_keys(settings.log_key.get_secret_value()) if settings.log_key else ()
        ring = Keyring(folder, given)
        kept = folder.keys()
        if given and kept is not None and kept.private:
            raise KeysFault(f"ONERING_LOG_KEY is set, and {folder.path} holds keys too: remove one")
        keys = ring.keys()
    except KeysFault as fault:
        raise Misconfigured(f"Nothing can be signed: {fault}.") from fault
    if keys is not None and settings.log_origin is not None and not continues(keys.origin, settings.log_origin):
        raise Misconfigured(
            f"ONERING_LOG_ORIGIN is {settings.log_origin}, and the keys are of {keys.origin}: unset it."
        )
    return ring


async def begun(settings: Settings, dsn: str, operator: str) -> Settings:
    """Return the settings of a service that signs what its keys allow it to; if there are none, that is said.

    Raises ServiceError.
    """
    if settings.sign == "off":
        return settings
    ring = keyring(settings)
    try:
        conn = await Database(dsn).connect("keys")
        try:
            why = await Operator(conn, ring, settings, operator).begin()
        finally:
            await conn.close()
    except KeysFault as fault:
        raise ServiceError(f"Nothing can be signed: {fault}.") from fault
    except DATABASE_FAULTS as fault:
        raise ServiceError(f"The log could not be told of its keys: {said(fault)}.") from fault
    if why is not None:
        logger.warning("%s", why)
    return settings.model_copy(update={"keys": ring.folder.path})


def printed(origin: str) -> str:
    """Return a new private key as ONERING_LOG_KEY takes it. Raises Misconfigured."""
    try:
        return private_text(new_key(origin))
    except KeysFault as fault:
        raise Misconfigured(f"{fault}.") from fault


def public(ring: Keyring) -> str:
    """Return what people pin, a key a line, the newest last: what scripts/verify.py takes as a file of keys.

    Raises ServiceError and KeysFault.
    """
    return "\n".join(map(str, _keys(ring).verifiers))


def shown(ring: Keyring) -> str:
    """Return what people are told of the keys: what they pin, the newest last, and how much was signed.

    Raises ServiceError and KeysFault.
    """
    keys = _keys(ring)
    memory = ring.folder.memory(keys.origin)
    lines = [f"origin {keys.origin}", *(f"key {verifier}" for verifier in keys.verifiers)]
    lines.append(f"signed {memory.checkpoint.size} events" if memory else "signed nothing that is remembered here")
    if (why := ring.folder.refusal(keys.origin)) is not None:
        lines.append(f"refused {why}")
    return "\n".join(lines)


def _keys(ring: Keyring) -> Keys:
    if (keys := ring.keys()) is None:
        raise ServiceError(f"There are no keys in {ring.folder.path}; `onering keys new` makes one.")
    return keys
