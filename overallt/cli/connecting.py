"""The way to the server, with whatever sign-in there is at the moment."""

from dataclasses import dataclass

from overallt.cli.addresses import DEFAULT_SERVER
from overallt.cli.credentials import Credentials
from overallt.cli.folders import DataFolder
from overallt.client.server import Server


@dataclass(frozen=True, slots=True)
class Connecting:
    """Opens the server with whatever sign-in there is at that moment.

    So a patron can sign in, or out, while the proxy runs; a token is only ever
    shown to the server that gave it.
    """

    folder: DataFolder
    server_url: str

    def __call__(self) -> Server:
        """Return the server, to be used once."""
        credentials = Credentials.read(self.folder.credentials)
        if credentials is None or credentials.server != self.server_url:
            return Server(self.server_url, None)
        return Server(self.server_url, credentials.access_token)


def server_of(folder: DataFolder) -> str:
    """Return the server that the patron signed in at, else the usual one."""
    credentials = Credentials.read(folder.credentials)
    return credentials.server if credentials else DEFAULT_SERVER
