"""Runs the application on a production server: `python -m counterpoise.web.server HOST PORT`."""

import sys

import django
from django.core.management import call_command
from granian import Granian
from granian.constants import Interfaces


def main() -> None:
    host, port = sys.argv[1], int(sys.argv[2])
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from counterpoise.store import people  # noqa: PLC0415 -- models load after Django's set-up

    if (password := people.create_first_administrator()) is not None:
        sys.stderr.write(
            f"The first administrator signs in as {people.FIRST_NAME} with password {password}\n"
            "It is shown this once.\n"
        )
    sys.stderr.write(f"Counterpoise is on http://{host}:{port}\n")
    sys.stderr.flush()
    Granian(
        "counterpoise.web.wsgi:application", address=host, port=port, interface=Interfaces.WSGI
    ).serve()


if __name__ == "__main__":
    main()
