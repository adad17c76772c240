"""Whether the trail of changes is whole."""

from counterpoise.store import audit
from counterpoise.store.audit import ChainCheck


def check_trail() -> ChainCheck:
    """Recompute every hash of the trail, from the first entry to the last."""
    return audit.check_chain()
