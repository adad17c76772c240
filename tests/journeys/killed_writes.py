"""A process that sends one write through the API and may be killed at any moment:
`python -m tests.journeys.killed_writes TOKEN KEY`, with the workspace in the environment."""

import os
import sys

import django
from django.test import Client

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterpoise.web.settings")


def main():
    django.setup()
    secret, key = sys.argv[1:]
    client = Client(SERVER_NAME="localhost")
    client.get("/api/v1/me")  # everything is loaded before the race begins
    print("ready", flush=True)
    client.post(
        "/api/v1/cycles",
        '{"period": "2026-Q4"}',
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}", "idempotency-key": key},
    )
    print("done", flush=True)


if __name__ == "__main__":
    main()
