"""What comes in about one's own account, as typed structs."""

from overallt_server.web.fields import Text
from overallt_server.web.inputs import Input


class Code(Input):
    """A code of a second factor, or one for recovery."""

    code: Text = ""


class SignInCode(Code):
    """The second page of signing in; *half_way* says that the first one is done."""

    half_way: Text = ""
    next: Text = ""


class MailedToken(Input):
    """The secret of a link that was sent by mail."""

    token: Text = ""


class ResetForm(Input):
    """Whose password is forgotten."""

    email: Text = ""


class NewPassword(MailedToken):
    """A new password, and the secret of the link that allows it, if there is one."""

    password: Text = ""


class PasskeyAnswer(Input):
    """What a browser answers about a passkey, in JSON, and where to go then."""

    credential: Text = ""
    next: Text = ""
