"""A background worker to which the small CRM is connected, with leases that end soon:
`python -m tests.journeys.delivering_worker URL`, with the workspace in the environment."""

import sys
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).parents[1]))


def main():
    url = sys.argv.pop(1)
    django.setup()
    import crm
    from counterpoise.actions import connections, deliveries
    from counterpoise.actions.connections import Connector
    from counterpoise.domain.values.text import text
    from counterpoise.store import outbox_claims
    from counterpoise.web.background import worker

    outbox_claims.LEASE = timedelta(seconds=2)
    deliveries.RENEW_SECONDS = 0.5
    connections.CONNECTORS["small crm"] = Connector(
        text("Small CRM"),
        (),
        lambda opening: None,
        lambda opening: crm.CrmWriter(url, knows_keys=True),
    )
    worker.main()


if __name__ == "__main__":
    main()
