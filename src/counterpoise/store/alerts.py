"""Addresses that hear of refreshes that fail, and what each was told of each connection."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from counterpoise.domain.values.text import text
from counterpoise.store import audit, vault
from counterpoise.store.models import AlertAddress, AlertTold


class AddressNameTaken(ValueError):
    """Another address has the name."""


class UnknownAddress(LookupError):
    """No address has the name."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address itself is in the vault, for it holds passwords and tokens."""

    id: int
    name: str
    language: str
    made_at: datetime


def make(name: str, url: str, language: str, *, at: datetime) -> Address:
    """Raises AddressNameTaken."""
    try:
        with transaction.atomic():
            row = AlertAddress.objects.create(
                name=name, url=vault.lock(url), language=language, made_at=at
            )
            said = {"language": language}
            audit.record("alert_address.added", f"alert:{name}", after=said, at=at)
    except IntegrityError:
        raise AddressNameTaken(
            text("There is an address called {name} already. Choose another name.", name=name)
        ) from None
    return _read(row)


def remove(address: Address, *, at: datetime) -> None:
    with transaction.atomic():
        AlertAddress.objects.filter(pk=address.id).delete()
        before = {"language": address.language}
        audit.record("alert_address.removed", f"alert:{address.name}", before=before, at=at)


def list_addresses() -> tuple[Address, ...]:
    return tuple(_read(row) for row in AlertAddress.objects.order_by("name"))


def get_address(name: str) -> Address:
    row = AlertAddress.objects.filter(name=name).first()
    if row is None:
        raise UnknownAddress(text("There is no address called {name}.", name=name))
    return _read(row)


def unlock_url(address: Address) -> str:
    """Raises LockedSecret where the vault's key is gone."""
    return vault.unlock(AlertAddress.objects.get(pk=address.id).url)


def list_told() -> dict[tuple[int, int], str]:
    """What each address was last told, by its id and the connection's: failed, stale or nothing."""
    held = AlertTold.objects.values_list("address_id", "connection_id", "state")
    return {(address, connection): state for address, connection, state in held}


def claim(address_id: int, connection_id: int, before: str, after: str) -> bool:
    """Whether this caller is the one to tell it: of two that see the same change, one is."""
    AlertTold.objects.get_or_create(address_id=address_id, connection_id=connection_id)
    held = AlertTold.objects.filter(
        address_id=address_id, connection_id=connection_id, state=before
    )
    return bool(held.update(state=after))


def _read(row: AlertAddress) -> Address:
    return Address(row.pk, row.name, row.language, row.made_at)
