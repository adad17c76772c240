"""Sends a message to an address that Apprise understands, if it may be reached.

The services are on a list, so no address makes this machine itself do something. Of services that
a company hosts, the host is judged before each message. Apprise connects by name and follows
redirects by itself, so an answer of the name server in between, and a redirect, are not judged;
nothing of a message comes back to whoever wrote the address.
"""

import apprise

from counterpoise.connectors.sources.reach import OutOfReach, Reach
from counterpoise.domain.values.text import text

FIXED = frozenset(
    {
        "NotifyDiscord",
        "NotifyGoogleChat",
        "NotifyOpsgenie",
        "NotifyPagerDuty",
        "NotifySlack",
        "NotifyTelegram",
        "NotifyWebexTeams",
    }
)
"""Services at an address of their own."""
HOSTED = frozenset(
    {
        "NotifyEmail",
        "NotifyJSON",
        "NotifyMattermost",
        "NotifyMSTeams",
        "NotifyNtfy",
        "NotifyRocketChat",
        "NotifyWorkflows",
    }
)
"""Services at the host that the address names."""
_ASSET = apprise.AppriseAsset(app_id="Counterpoise", async_mode=False, secure_logging=True)


class InvalidAlertAddress(ValueError):
    """An address that no message could be sent to."""


class AlertNotSent(RuntimeError):
    """A message that the service did not take; it is tried again."""


def check_address(url: str, reach: Reach) -> None:
    """Raises InvalidAlertAddress, OutOfReach, and AlertNotSent for a host that nobody knows."""
    _open(url, reach)


def send(url: str, title: str, body: str, reach: Reach) -> None:
    """Raises what check_address does, and AlertNotSent."""
    service = _open(url, reach)
    if not service.send(body=body, title=title, notify_type=apprise.NotifyType.INFO):
        raise AlertNotSent(
            text(
                "{service} did not take the message. Check the address and what it may do there.",
                service=str(service.service_name),
            )
        )


def _open(url: str, reach: Reach) -> apprise.NotifyBase:
    service = apprise.Apprise.instantiate(url, asset=_ASSET, suppress_exceptions=True)
    kind = type(service).__name__
    if not isinstance(service, apprise.NotifyBase) or kind not in FIXED | HOSTED:
        raise InvalidAlertAddress(
            text(
                "Messages cannot be sent to this address. Write one of e-mail (mailtos://), Slack,"
                " Teams, Discord, Telegram, Google Chat, Mattermost or a webhook (jsons://), as"
                " Apprise describes them."
            )
        )
    if kind in HOSTED:
        _refuse_inside(service, reach)
    return service


def _refuse_inside(service: apprise.NotifyBase, reach: Reach) -> None:
    host = str(getattr(service, "smtp_host", None) or service.host or "")
    port = int(service.port or (443 if service.secure else 80))
    try:
        reach.resolve(host, port)
    except OutOfReach:
        raise
    except OSError as error:
        raise AlertNotSent(
            text("{host} is not known: {error}", host=host, error=str(error))
        ) from error
