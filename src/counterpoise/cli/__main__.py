"""`python -m counterpoise.cli` is the `counterpoise` command."""

from counterpoise.cli.main import main

if __name__ == "__main__":
    main()
