"""Takes out what set-up changed; with the last of it goes all that we have written.

Nothing is lost silently: clicks that the server has not counted yet stop it, and so
does a proxy that runs, since it would write its files again.
"""

from collections.abc import Callable, Collection

import click

from overallt.cli.changes import Change, Changes
from overallt.cli.failing import fail
from overallt.cli.folders import DataFolder
from overallt.cli.places import HostPort, NotChanged

type Command = Callable[..., None]


def undo_options(command: Command) -> Command:
    """Give *command* the options ``--undo`` and ``--yes``."""
    anyway = click.option(
        "--yes",
        "anyway",
        is_flag=True,
        help="With --undo: delete flattrs that the server has not counted yet, too.",
    )
    return click.option("--undo", is_flag=True, help="Take it back out again.")(
        anyway(command)
    )


def undo_set_up(
    folder: DataFolder,
    listen: HostPort,
    *,
    kinds: Collection[str] | None,
    anyway: bool,
) -> None:
    """Undo the changes of these *kinds*, ``None`` for all, and say so.

    With the last change goes what the proxy has written. *anyway* also deletes
    clicks that wait for the server.
    """
    changes = Changes(folder.changes)
    ours = [each for each in changes.all() if kinds is None or each.kind in kinds]
    is_last = len(ours) == len(changes.all())
    if is_last:
        _nothing_may_be_lost(folder, listen, anyway=anyway)
    try:
        # What was changed last is put back first.
        for change in reversed(ours):
            _undo(changes, change)
    except NotChanged as error:
        fail(str(error))
    if is_last:
        _clear(folder)
    elif not ours:
        click.echo("Nothing of that is set up.")


def _undo(changes: Changes, change: Change) -> None:
    change.place.undo(change.before)
    changes.forget(change)
    click.echo(f"{change.place.title} is as before.")


def _nothing_may_be_lost(folder: DataFolder, listen: HostPort, *, anyway: bool) -> None:
    from overallt.cli.probing import Listener, listener
    from overallt.client.queue import Queue
    from overallt.proxy.authority import CERTIFICATE_FILE

    due = Queue(folder.queue).unsent() if folder.queue.exists() else []
    if due and not anyway:
        fail(
            f"Not sent to the server yet: {len(due)} of your flattrs. Run the proxy "
            "until they are, or write --yes to delete them."
        )
    answering = listener(*listen, folder.authority / CERTIFICATE_FILE)
    if answering in {Listener.OURS, Listener.LOCKED}:
        fail("End the proxy first: it is running.")


def _clear(folder: DataFolder) -> None:
    from overallt.proxy.authority import delete_authority

    delete_authority(folder.authority)
    folder.clear()
    click.echo("The certificate authority, all pairings and your lists are deleted.")
    click.echo("Take them out of browsers and phones that were set up by hand.")
    if folder.credentials.exists():
        click.echo("You are still signed in; to end that: overallt logout")
