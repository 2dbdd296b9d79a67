"""The server's settings: environment variables, else one file, else defaults.

Each is read from ``OVERALLT_<NAME>`` or from ``overallt-server.toml`` in the data
folder, in this order. ``public_url`` is the one address that people and clients
use; whether cookies are ``Secure`` follows from it.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, override

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from overallt_server.core.bank_accounts import BankAccount, iban_of
from overallt_server.core.cards import CardAccount
from overallt_server.core.mail_accounts import MailAccount, mail_account
from overallt_server.core.networks import networks_in
from overallt_server.core.registration import Registration
from overallt_server.core.rules import Rules


class LogFormat(StrEnum):
    """How the log is written: for people, or for programs that collect it."""

    TEXT = "text"
    JSON = "json"


FILE_NAME = "overallt-server.toml"
# The only currency of SEPA, and of the code that banks' apps scan.
TRANSFERS_IN = "EUR"
# A restricted key (rk) that may do no more than is asked of it is the better one.
_STRIPE_KEY: Final = re.compile(r"(?:sk|rk)_(?P<mode>live|test)_[A-Za-z0-9]+\Z")


def data_folder() -> Path:
    """Return the folder of everything the server keeps (``OVERALLT_DATA``)."""
    chosen = os.environ.get("OVERALLT_DATA")
    return Path(chosen) if chosen else user_data_path("overallt-server")


def _localhost(port: int | None) -> str:
    # A port that was refused is not known here; its own error is on its way.
    return f"http://localhost:{port}"


class Settings(BaseSettings):
    """One field, one setting; the description is its documentation."""

    model_config = SettingsConfigDict(
        # What cannot be used may be a secret all the same.
        env_prefix="OVERALLT_",
        extra="forbid",
        hide_input_in_errors=True,
    )

    listen_host: Annotated[str, Field(description="The address to listen on")] = (
        "127.0.0.1"
    )
    listen_port: Annotated[
        int, Field(description="The port to listen on", ge=1, le=65535)
    ] = 8700
    public_url: Annotated[
        str,
        Field(
            description="The address people use, without a slash at its end; "
            "by default localhost with the port",
            default_factory=lambda known: _localhost(known.get("listen_port")),
        ),
    ]
    front_networks: Annotated[
        str,
        Field(
            description="Networks of the server in front, with commas between, unless "
            "it is on this computer: what it says of who asks is believed"
        ),
    ] = ""
    metrics_networks: Annotated[
        str,
        Field(description="Networks that may read /metrics; empty: nobody"),
    ] = ""
    legal_folder: Annotated[
        str,
        Field(
            description="Folder of imprint.md, terms.md, privacy.md and report.md, in "
            "other languages imprint.de.md; empty: legal in the data folder"
        ),
    ] = ""
    log_format: Annotated[
        LogFormat, Field(description="How the log is written: text or json")
    ] = LogFormat.TEXT
    database: Annotated[
        str,
        Field(description="SQLAlchemy URL; empty: overallt.sqlite in the data folder"),
    ] = ""
    database_seconds: Annotated[
        int,
        Field(
            description="Seconds that a request waits for PostgreSQL to answer, "
            "then 503",
            ge=1,
        ),
    ] = 10
    currency: Annotated[
        str, Field(description="ISO 4217 code of the server's only currency")
    ] = "EUR"
    min_budget_minor: Annotated[
        int, Field(description="The least monthly budget, in minor units", ge=1)
    ] = 200
    max_budget_minor: Annotated[
        int, Field(description="The largest monthly budget, in minor units", ge=1)
    ] = 10_000
    max_means_minor: Annotated[
        int, Field(description="The most means one patron may hold, in minor units")
    ] = 100_000
    max_means_unverified_minor: Annotated[
        int, Field(description="The same while the operator does not know who he is")
    ] = 15_000
    verify_from_minor: Annotated[
        int,
        Field(description="With more paid in altogether, it has to be known who he is"),
    ] = 100_000
    fee_bps: Annotated[
        int,
        Field(description="The fee in basis points (0.01 %)", ge=0, le=10_000),
    ] = 1000
    hold_days: Annotated[
        int,
        Field(description="Days from a period's end until it is settled", ge=0),
    ] = 9
    card_hold_days: Annotated[
        int,
        Field(
            description="Days from a period's end for which shares that a card has "
            "paid are held; 0: they are not",
            ge=0,
            le=3650,
        ),
    ] = 60
    slice_patrons: Annotated[
        int, Field(description="Patrons settled in one transaction", ge=1)
    ] = 10_000
    operators_needed: Annotated[
        int,
        Field(
            description="Operators that money by hand takes; 1 if one person runs it",
            ge=1,
            le=2,
        ),
    ] = 2
    min_payout_minor: Annotated[
        int, Field(description="The least payout, in minor units", ge=1)
    ] = 1000
    new_iban_hours: Annotated[
        int, Field(description="Hours that payouts to a new IBAN wait", ge=0)
    ] = 72
    bank_name: Annotated[
        str,
        Field(description="Whose the account for bank transfers is", max_length=70),
    ] = ""
    bank_iban: Annotated[
        str, Field(description="Its IBAN; empty: patrons cannot pay in by bank")
    ] = ""
    bank_bic: Annotated[str, Field(description="Its BIC, where a bank asks for it")] = (
        ""
    )
    stripe_test_mode: Annotated[
        bool, Field(description="Take payments with Stripe's test keys, and no others")
    ] = False
    stripe_webhook_secret: Annotated[
        SecretStr, Field(description="What Stripe signs its webhooks with (whsec_…)")
    ] = SecretStr("")
    stripe_secret_key: Annotated[
        SecretStr,
        Field(description="Stripe's secret key; empty: patrons cannot pay by card"),
    ] = SecretStr("")
    stripe_api: Annotated[
        str, Field(description="Another address of Stripe's API; for tests only")
    ] = ""
    registration: Annotated[
        Registration,
        Field(
            description="Who may sign up: open, invite (with a waiting list), closed"
        ),
    ] = Registration.OPEN
    mail_from: Annotated[
        str, Field(description="The address that mails to users come from")
    ] = ""
    smtp: Annotated[
        SecretStr,
        Field(
            description="The server that takes them, smtp://USER:PASSWORD@HOST:587 or "
            "smtps://…; empty: mails stay queued, and nobody has to confirm his address"
        ),
    ] = SecretStr("")
    min_card_minor: Annotated[
        int, Field(description="The least paid in by card, in minor units", ge=1)
    ] = 1000
    index_max_things: Annotated[
        int,
        Field(
            description="With more things, their index is given in buckets only", ge=0
        ),
    ] = 250_000
    flattrs_waiting: Annotated[
        int,
        Field(description="With more flattrs waiting to be stored, 503", ge=1),
    ] = 2000
    flattrs_at_once: Annotated[
        int, Field(description="Flattrs stored in one transaction", ge=1, le=5000)
    ] = 200
    readers_at_once: Annotated[
        int, Field(description="With more who read at the same time, 503", ge=1)
    ] = 1000
    request_seconds: Annotated[
        int,
        Field(
            description="Seconds that a request may take to come in whole, and its "
            "answer to be fetched",
            ge=1,
        ),
    ] = 75
    connections: Annotated[
        int, Field(description="With more open connections, 503; for each worker", ge=1)
    ] = 5000
    connections_per_line: Annotated[
        int,
        Field(
            description="The same of one IPv4 address or IPv6 /64, but this computer's",
            ge=1,
        ),
    ] = 200
    requests_per_hour: Annotated[
        int, Field(description="Requests to the API an hour, for each token", ge=1)
    ] = 1000
    anonymous_requests_per_hour: Annotated[
        int,
        Field(
            description="The same without one, for each IPv4 address or IPv6 /64", ge=1
        ),
    ] = 20_000
    clock_offset_seconds: Annotated[
        int,
        Field(description="Added to the clock; for demonstrations and tests only"),
    ] = 0

    @field_validator("front_networks", "metrics_networks")
    @classmethod
    def _check_networks(cls, networks: str) -> str:
        networks_in(networks)
        return networks

    @field_validator("bank_iban")
    @classmethod
    def _check_iban(cls, iban: str, known: ValidationInfo) -> str:
        if not iban:
            return iban
        if known.data.get("currency") != TRANSFERS_IN:
            raise ValueError(f"bank transfers are in {TRANSFERS_IN}")
        if not known.data.get("bank_name", "").strip():
            raise ValueError("OVERALLT_BANK_NAME has to say whose account it is")
        return iban_of(iban)

    @field_validator("bank_bic")
    @classmethod
    def _check_bic(cls, bic: str) -> str:
        from schwifty import BIC

        return str(BIC(bic)) if bic else bic

    @field_validator("stripe_secret_key")
    @classmethod
    def _check_stripe_key(cls, key: SecretStr, known: ValidationInfo) -> SecretStr:
        form = _STRIPE_KEY.match(key.get_secret_value())
        if not key:
            return key
        if form is None:
            raise ValueError("it is no secret key of Stripe (sk_live_…)")
        if (form["mode"] == "test") != known.data.get("stripe_test_mode"):
            raise ValueError(
                "it is not of the mode that OVERALLT_STRIPE_TEST_MODE says"
            )
        if not known.data.get("stripe_webhook_secret"):
            raise ValueError("OVERALLT_STRIPE_WEBHOOK_SECRET has to be set, too")
        return key

    @field_validator("smtp")
    @classmethod
    def _check_smtp(cls, url: SecretStr, known: ValidationInfo) -> SecretStr:
        if url:
            mail_account(url.get_secret_value(), sender="")
            if "@" not in known.data.get("mail_from", ""):
                raise ValueError("OVERALLT_MAIL_FROM has to be an address")
        return url

    @property
    def mail_account(self) -> MailAccount | None:
        """Where mails are handed in, if they are sent at all."""
        if not self.smtp:
            return None
        return mail_account(self.smtp.get_secret_value(), sender=self.mail_from)

    @property
    def card_account(self) -> CardAccount | None:
        """Where cards are charged, if patrons can pay by card."""
        if not self.stripe_secret_key:
            return None
        return CardAccount(
            key=self.stripe_secret_key.get_secret_value(),
            webhook_secret=self.stripe_webhook_secret.get_secret_value(),
            is_live=not self.stripe_test_mode,
            currency=self.currency,
            server=self.public_url,
            api=self.stripe_api,
        )

    @property
    def bank_account(self) -> BankAccount | None:
        """The account that patrons pay into, if there is one."""
        if not self.bank_iban:
            return None
        return BankAccount(self.bank_name, self.bank_iban, self.bank_bic)

    @property
    def folder_of_legal_pages(self) -> Path:
        """Where the operator's own pages are."""
        return Path(self.legal_folder) if self.legal_folder else data_folder() / "legal"

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the database to use."""
        return self.database or f"sqlite:///{data_folder() / 'overallt.sqlite'}"

    @property
    def rules(self) -> Rules:
        """The figures that the rules of money take."""
        return Rules(
            currency=self.currency,
            min_budget_minor=self.min_budget_minor,
            max_budget_minor=self.max_budget_minor,
            max_means_minor=self.max_means_minor,
            max_means_unverified_minor=self.max_means_unverified_minor,
            verify_from_minor=self.verify_from_minor,
            min_card_minor=self.min_card_minor,
            fee_bps=self.fee_bps,
            hold_days=self.hold_days,
            card_hold_days=self.card_hold_days,
            slice_patrons=self.slice_patrons,
            min_payout_minor=self.min_payout_minor,
            new_iban_hours=self.new_iban_hours,
        )

    def now(self) -> datetime:
        """Return the time, UTC and aware, moved by ``clock_offset_seconds``."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset_seconds)

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, data_folder() / FILE_NAME)
        return init_settings, env_settings, file
