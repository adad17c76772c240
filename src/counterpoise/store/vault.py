"""Secrets that must be read again, kept encrypted: what a second step is checked by.

COUNTERPOISE_VAULT_KEYS lists Fernet keys, the newest first, parted by spaces: the first one locks,
each of them opens, so a key is exchanged without a pause. Without it a key is made once and kept
in the workspace, in `vault_keys`.
"""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from counterpoise.store.keys import read_key


class LockedSecret(RuntimeError):
    """No key here opens the secret."""


def lock(secret: str) -> str:
    return _open_vault().encrypt(secret.encode()).decode()


def unlock(locked: str) -> str:
    """The secret again; LockedSecret where the key that locked it is gone."""
    try:
        return _open_vault().decrypt(locked.encode()).decode()
    except InvalidToken:
        raise LockedSecret(
            "A kept secret cannot be read: none of the vault's keys locked it. Put the key that"
            " did into COUNTERPOISE_VAULT_KEYS or the workspace's vault_keys file, or set the"
            " secret anew."
        ) from None


def _open_vault() -> MultiFernet:
    keys = read_key(
        "COUNTERPOISE_VAULT_KEYS",
        Path(settings.WORKSPACE) / "vault_keys",
        lambda: Fernet.generate_key().decode(),
    )
    return MultiFernet([Fernet(key) for key in keys.split()])
