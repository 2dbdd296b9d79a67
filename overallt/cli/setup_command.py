"""The commands ``setup …``: make a browser, the system or a phone use the proxy."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from overallt.cli import browser_folders
from overallt.cli.addresses import readable_file
from overallt.cli.changes import Changes
from overallt.cli.chromium_places import ChromiumProfile, ChromiumStore
from overallt.cli.failing import fail, make
from overallt.cli.firefox_profile import FirefoxProfile
from overallt.cli.folders import DataFolder
from overallt.cli.gnome_proxy import GnomeProxy, has_gnome
from overallt.cli.pac import pac
from overallt.cli.parameters import listen_option
from overallt.cli.phone_command import phone
from overallt.cli.places import HostPort, NotChanged, Place
from overallt.cli.system_store import SystemStore, system_store
from overallt.cli.undoing import undo_options, undo_set_up

type Command = Callable[..., None]


def _options(command: Command) -> Command:
    return listen_option(undo_options(command))


def _profile_option(browser: str, names_it: str) -> Callable[[Command], Command]:
    return click.option(
        "--profile",
        type=click.Path(file_okay=False, path_type=Path),
        help=f"The folder of the {browser} profile ({names_it} names it); "
        "without it the one used last.",
    )


@click.group(invoke_without_command=True)
@_options
@click.pass_context
def setup(
    context: click.Context, listen: HostPort, *, undo: bool, anyway: bool
) -> None:
    """Set a browser, the system or a phone up for the proxy, and undo it.

    Without another word it says how to do it by hand; with --undo it takes out
    all that was ever set up, and deletes what the proxy has written.
    """
    if context.invoked_subcommand is not None:
        if undo:
            raise click.UsageError("Write --undo at the end.")
        return
    folder: DataFolder = context.obj
    if undo:
        undo_set_up(folder, listen, kinds=None, anyway=anyway)
    else:
        ca = _prepare(folder, listen)
        click.echo(_by_hand(ca, "{}:{}".format(*listen), folder.pac))
        _show_pairing(folder)


@setup.command()
@_options
@_profile_option("Firefox", "about:profiles")
@click.pass_obj
def firefox(
    folder: DataFolder,
    listen: HostPort,
    profile: Path | None,
    *,
    undo: bool,
    anyway: bool,
) -> None:
    """Let Firefox trust and use the proxy. It has to be closed."""
    if undo:
        undo_set_up(folder, listen, kinds={FirefoxProfile.kind}, anyway=anyway)
        return
    found = profile or browser_folders.firefox_profile()
    if found is None:
        fail("No Firefox was ever used here. Start it once, close it, come back.")
    _set_up(folder, listen, lambda _: [FirefoxProfile(found.absolute())])
    _show_pairing(folder)


@setup.command()
@_options
@_profile_option("Chromium", "chrome://version")
@click.pass_obj
def chromium(
    folder: DataFolder,
    listen: HostPort,
    profile: Path | None,
    *,
    undo: bool,
    anyway: bool,
) -> None:
    """Let Chromium, or a browser made from it, trust and use the proxy.

    It has to be closed. On macOS and Windows it trusts whom the system trusts:
    see "overallt setup system".
    """
    if undo:
        kinds = {ChromiumProfile.kind, ChromiumStore.kind}
        undo_set_up(folder, listen, kinds=kinds, anyway=anyway)
        return
    found = profile or browser_folders.chromium_profile()
    if found is None:
        fail("No Chromium was ever used here. Start it once, close it, come back.")
    store = browser_folders.chromium_store(found.absolute())
    places: list[Place] = [ChromiumProfile(found.absolute())]
    if store is not None:
        places.append(ChromiumStore(store))
    _set_up(folder, listen, lambda _: places)
    _show_pairing(folder)


@setup.command()
@_options
@click.pass_obj
def system(folder: DataFolder, listen: HostPort, *, undo: bool, anyway: bool) -> None:
    """Let the whole system trust the proxy, and the desktop use it.

    Only where you want more than one browser: then every program trusts it.
    """
    if undo:
        kinds = {SystemStore.kind, GnomeProxy.kind}
        undo_set_up(folder, listen, kinds=kinds, anyway=anyway)
        return

    def places(ca: Path) -> list[Place]:
        store: list[Place] = [system_store(ca)]
        return [*store, GnomeProxy()] if has_gnome() else store

    _set_up(folder, listen, places)
    if not has_gnome():
        click.echo("Let programs use the proxy {}:{} by their own.".format(*listen))
    _show_pairing(folder)


setup.add_command(phone)


def _set_up(
    folder: DataFolder, listen: HostPort, places: Callable[[Path], Sequence[Place]]
) -> None:
    ca = _prepare(folder, listen)
    changes = Changes(folder.changes)
    try:
        for place in places(ca):
            changes.note(place)
            place.set_up(ca, listen)
            click.echo(f"{place.title} is set up.")
    except NotChanged as error:
        fail(str(error))


def _prepare(folder: DataFolder, listen: HostPort) -> Path:
    from overallt.proxy.authority import ensure_authority

    make(folder)
    folder.pac.write_text(pac("{}:{}".format(*listen)), encoding="utf-8")
    folder.pac.chmod(0o600)
    return ensure_authority(folder.authority, datetime.now(tz=UTC))


def _show_pairing(folder: DataFolder) -> None:
    from overallt.gateway.browsers import Browsers
    from overallt.gateway.messages import ORIGIN

    code = Browsers(folder.browsers).new_pairing_code(datetime.now(tz=UTC))
    click.echo("With the proxy running, open this in that browser, within 10 minutes:")
    click.echo(f"   {ORIGIN}/pair/{code}")


def _by_hand(ca: Path, address: str, pac_file: Path) -> str:
    # Chromium takes no automatic configuration from a file.
    return f"""\
"overallt setup firefox" and "overallt setup chromium" do this for you. By hand:
1. Let your browser trust this certificate authority, as one for websites:
     {ca}
   Firefox: Settings, "Certificates", Authorities, Import.
   Chromium: Settings, "Manage certificates", installed by you, Import.
2. Let it use the proxy {address} for HTTP and HTTPS.
   Firefox: Settings, "Proxy"; or there, as automatic configuration,
     {readable_file(pac_file)}
   Chromium: start it with  --proxy-server={address}"""
