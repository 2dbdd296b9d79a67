"""Starts the command ``overallt``."""

from overallt.cli.main import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="overallt")


if __name__ == "__main__":
    main()
