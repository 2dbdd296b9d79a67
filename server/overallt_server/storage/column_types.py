"""What columns hold that no database has a type for: times and periods, as numbers."""

from datetime import UTC, datetime
from typing import Any, override

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from overallt_server.core.periods import Period


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC time, kept as whole Unix seconds."""

    impl = sa.BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else int(value.timestamp())

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


class PeriodNumber(sa.types.TypeDecorator[Period]):
    """A period, kept as ``year * 100 + month``."""

    impl = sa.BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: Period | None, dialect: Dialect) -> Any:
        return None if value is None else value.number

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Period | None:
        return None if value is None else Period.from_number(value)
