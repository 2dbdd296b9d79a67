"""What apps send to get an access token, and to give it back."""

from overallt_server.web.fields import Text
from overallt_server.web.inputs import Input


class ProvenInput(Input):
    """By what an app proves itself, if not by a header (RFC 6749, 2.3.1)."""

    client_id: Text | None = None
    client_secret: Text | None = None


class TokenRequest(ProvenInput):
    """What an app sends for an access token (RFC 6749, 4.1.3; RFC 8628, 3.4)."""

    grant_type: Text
    code: Text | None = None
    redirect_uri: Text | None = None
    code_verifier: Text | None = None
    device_code: Text | None = None


class TokenRevocation(ProvenInput):
    """What an app sends to give an access token back (RFC 7009, 2.1)."""

    token: Text
