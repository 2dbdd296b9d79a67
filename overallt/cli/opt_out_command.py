"""The command ``opt-out``: the patron's own list of hosts to leave alone."""

from collections.abc import Sequence

import click

from overallt.cli.failing import fail, make
from overallt.cli.folders import DataFolder
from overallt.client.opt_out_file import EXCEPTION, OptOutFile, WrongHost


@click.command("opt-out")
@click.argument("hosts", nargs=-1)
@click.option(
    "--except",
    "excepted",
    is_flag=True,
    help="Not these, though the list that comes with the proxy has them.",
)
@click.option("--forget", is_flag=True, help="Take these off your list again.")
@click.pass_obj
def opt_out(
    folder: DataFolder, hosts: tuple[str, ...], *, excepted: bool, forget: bool
) -> None:
    """Leave HOSTS and their subdomains alone; without any, show your list.

    Their pages never pass through the proxy's hands. A running proxy heeds a change
    at once, but for connections that are open already.
    """
    if excepted and forget:
        raise click.UsageError("--except and --forget exclude each other.")
    make(folder)
    file = OptOutFile(folder.opt_out)
    try:
        if not hosts:
            _show(file)
        elif forget:
            _forget(file, hosts)
        else:
            _add(file, hosts, excepted=excepted)
    except WrongHost as wrong:
        fail(str(wrong))
    except OSError as error:
        fail(f"The list {file.path} cannot be used: {error.strerror}.")


def _show(file: OptOutFile) -> None:
    found = file.read()
    for host in sorted(found.left_alone):
        click.echo(host)
    for host in sorted(found.excepted):
        click.echo(f"{EXCEPTION}{host}")
    for number in found.wrong:
        click.echo(f"Line {number} of {file.path} is not understood.", err=True)
    if not found.left_alone and not found.excepted:
        click.echo(
            "Nothing on your own list. Banks, payment, mail, health, government and "
            "your own network are left alone anyway."
        )


def _forget(file: OptOutFile, hosts: Sequence[str]) -> None:
    for host in hosts:
        if not file.forget(host):
            fail(f"{host} is not on your list.")


def _add(file: OptOutFile, hosts: Sequence[str], *, excepted: bool) -> None:
    for host in hosts:
        understood = file.add(host, excepted=excepted)
        left_alone = "not left alone" if excepted else "left alone"
        click.echo(f"{understood} and its subdomains are {left_alone}.")
