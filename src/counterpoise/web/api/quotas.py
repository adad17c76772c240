"""How much a program may ask of the API; whoever runs Counterpoise sets it by the environment."""

import os


def _read(name: str, otherwise: int) -> int:
    return int(os.environ.get(f"COUNTERPOISE_API_{name}", otherwise))


REQUESTS_A_MINUTE = _read("REQUESTS_A_MINUTE", 600)
"""Of one token."""
COSTLY_AN_HOUR = _read("COSTLY_AN_HOUR", 60)
"""Of one person, for each operation that sets long work going."""
REFUSALS_A_MINUTE = _read("REFUSALS_A_MINUTE", 60)
"""Of one address that comes without a valid token."""
