"""Auditing users: whoever is named is there."""

from collections.abc import AsyncIterator

from overallt_server.core.audit import Finding, row
from overallt_server.storage import audit_users
from overallt_server.storage.database import Transaction


async def audit_all_users(tx: Transaction) -> AsyncIterator[Finding]:
    """Check that whoever owns a thing or has a budget is a user."""
    for user in await audit_users.missing(tx):
        yield Finding("users", row(id=user), "it is missing", "", "")
