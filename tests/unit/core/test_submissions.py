"""Which addresses describe a thing, and what they say of it."""

import pytest

from overallt_server.core.refusals import InvalidThing
from overallt_server.core.submissions import MAX_FIELDS, Submission, submission_in

OURS = "https://server.test"


def test_all_that_is_said_is_read() -> None:
    address = (
        f"{OURS}/submit/auto?user_id=bo&url=https%3A%2F%2Fbo.test%2F%3Fa%3D1%26b"
        "&title=The+song&description=Of%20a%20sea&language=sv_SE&category=audio"
        "&tags=sea,calm&hidden=1&button=compact"
    )

    assert Submission(
        username="bo",
        url="https://bo.test/?a=1&b",
        title="The song",
        description="Of a sea",
        language="sv_SE",
        category="audio",
        tags=("sea", "calm"),
        hidden=True,
    ) == submission_in(address, public_url=OURS)


@pytest.mark.parametrize(
    "address",
    [
        "https://bo.test/submit/auto?user_id=bo&url=https://bo.test/",
        "https://server.test.evil.test/submit/auto?user_id=bo&url=https://bo.test/",
        "https://server.test/submit/automatic?user_id=bo&url=https://bo.test/",
        "https://flattr.com/thing/17",
        "",
    ],
)
def test_any_other_address_describes_nothing(address: str) -> None:
    assert submission_in(address, public_url=OURS) is None


def test_a_user_of_flattr_is_nobody_here() -> None:
    found = submission_in(
        "http://flattr.com/submit/auto?user_id=bo&url=https://bo.test/a",
        public_url=OURS,
    )

    assert found is not None
    assert (None, "https://bo.test/a", "bo.test/a") == (
        found.username,
        found.url,
        found.title,
    )


def test_a_long_address_is_a_title_as_far_as_it_goes() -> None:
    found = submission_in(
        f"{OURS}/submit/auto?user_id=bo&url=https://bo.test/{'x' * 200}",
        public_url=OURS,
    )

    assert found is not None
    assert "bo.test/" + "x" * 92 == found.title


@pytest.mark.parametrize(
    "query",
    [
        "",
        "user_id=bo",
        "url=https://%5Bbo/",
        "url=https://bo.test/" + "&a=b" * MAX_FIELDS,
    ],
)
def test_what_does_not_say_where_it_is_or_says_too_much_is_refused(query: str) -> None:
    with pytest.raises(InvalidThing):
        submission_in(f"{OURS}/submit/auto?{query}", public_url=OURS)
