"""What every request passes, and what every answer carries."""

from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World


async def test_every_answer_is_kept_from_frames_scripts_and_guesses(
    stranger: "Browser",
) -> None:
    for path in ("/", "/nothing", "/rest/v2/things/7", "/static/page.js", "/healthz"):
        headers = (await stranger.get(path)).headers

        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "nosniff" == headers["X-Content-Type-Options"]
        assert "same-origin" == headers["Referrer-Policy"]
        assert "overallt" == headers["Server"]


async def test_pages_are_not_stored_and_our_files_are(stranger: "Browser") -> None:
    page = await stranger.get("/signin")
    style = await stranger.get("/static/overallt.css")

    assert "no-store" == page.headers["Cache-Control"]
    assert "immutable" in style.headers["Cache-Control"]


async def test_only_by_our_own_names_we_answer(world: "World") -> None:
    port = world.settings.listen_port
    statuses = {}
    for host in (
        f"localhost:{port}",
        f"127.0.0.1:{port}",
        f"LOCALHOST:{port}",
        "evil.example",
        f"evil.example:{port}",
        "localhost:1",
    ):
        response = await world.client.get("/healthz", headers={"Host": host})
        statuses[host] = response.status

    assert [200, 200, 200, 421, 421, 421] == list(statuses.values())


async def test_pages_of_other_origins_may_ask_the_api(world: "World") -> None:
    preflight = await world.client.options(
        "/rest/v2/things/7/flattr",
        headers={"Origin": "https://bo.example", "Access-Control-Request-Method": "x"},
    )
    refused = await world.client.get("/rest/v2/user")
    page = await world.client.get("/")

    assert 204 == preflight.status
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "*" == refused.headers["Access-Control-Allow-Origin"]
    assert "Access-Control-Allow-Credentials" not in refused.headers
    assert "Access-Control-Allow-Origin" not in page.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_from_another_site_is_refused_even_with_our_token(
    world: "World", headers: dict[str, str]
) -> None:
    ada = await world.patron("ada")
    browser = await world.browser(ada)
    browser.headers = headers

    response = await browser.post("/budget", amount="7.00")

    assert 403 == response.status
    assert "7.00" not in await browser.text("/dashboard")


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
async def test_a_form_without_our_token_is_refused(world: "World", token: str) -> None:
    browser = await world.browser(await world.patron("ada"))

    response = await browser.post("/budget", amount="7.00", csrf=token)

    assert 403 == response.status
    assert "7.00" not in await browser.text("/dashboard")


async def test_the_token_of_somebody_else_does_not_pass(world: "World") -> None:
    ada, bo = await world.patron("ada"), await world.patron("bo")
    page = await (await world.browser(bo)).text("/budget")
    token = page.partition('name="csrf" value="')[2].partition('"')[0]

    response = await (await world.browser(ada)).post(
        "/budget", amount="7.00", csrf=token
    )

    assert 64 == len(token)
    assert 403 == response.status


async def test_our_own_origin_passes(world: "World") -> None:
    browser = await world.browser(await world.patron("ada"))
    browser.headers = {"Origin": f"http://127.0.0.1:{world.settings.listen_port}"}

    response = await browser.post("/budget", amount="7.00")

    assert (303, "/dashboard") == (response.status, response.headers["Location"])


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded; charset=nonsense", b"name=ada"),
        ("application/x-www-form-urlencoded", b"\xff\xfe=\xff"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Transfer-Encoding: nonsense\r\n\r\nx\r\n--b--\r\n",
        ),
        ("application/json", b"\xff"),
        ("application/json", b"[" * 60_000),
    ],
)
@pytest.mark.parametrize("path", ["/signin", "/oauth/token"])
async def test_a_body_that_lies_about_itself_is_malformed_and_no_fault_of_ours(
    world: "World", path: str, content_type: str, body: bytes
) -> None:
    response = await world.client.post(
        path, data=body, headers={"Content-Type": content_type}
    )

    assert 400 == response.status


async def test_a_secret_that_cannot_be_stored_proves_no_app(world: "World") -> None:
    response = await world.client.post(
        "/oauth/token",
        data={"grant_type": "authorization_code", "code": "c"},
        headers={"Authorization": "Basic JTAwOiUwMA=="},
    )

    assert (401, "invalid_client") == (
        response.status,
        (await response.json())["error"],
    )


async def test_too_much_is_not_read(world: "World") -> None:
    headers = await world.bearer(await world.user("bo"), "thing")

    response = await world.client.post(
        "/rest/v2/things", headers=headers, json={"title": "x" * 100_000}
    )
    error = codec.decode(messages.Error, await response.text())

    assert (413, "invalid_request") == (response.status, error.error)


async def test_the_wrong_method_is_told_which_are_right(world: "World") -> None:
    response = await world.client.delete("/rest/v2/user")

    assert 405 == response.status
    assert "GET" in response.headers["Allow"]


async def test_people_get_a_page_and_programs_json(world: "World") -> None:
    page = await world.client.get("/thing/99")
    api = await world.client.get("/rest/v2/things/99")

    assert (404, "text/html") == (page.status, page.content_type)
    assert (404, "application/json") == (api.status, api.content_type)
    assert "There is no thing with this id." in await page.text()
    assert "There is no thing with this id." in await api.text()


async def test_what_breaks_is_told_without_its_message(
    world: "World", caplog: pytest.LogCaptureFixture
) -> None:
    token = (await world.bearer(await world.user("bo"), "email"))["Authorization"]
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("DROP TABLE access_tokens")

    response = await world.client.get("/rest/v2/user", headers={"Authorization": token})
    error = codec.decode(messages.Error, await response.text())

    assert (500, "server_error") == (response.status, error.error)
    assert "OperationalError" in caplog.text
    assert "access_tokens.token_hash" not in caplog.text
    assert token not in caplog.text


async def test_it_is_well_and_ready(stranger: "Browser") -> None:
    assert 200 == (await stranger.get("/healthz")).status
    assert 200 == (await stranger.get("/readyz")).status


async def test_without_its_tables_it_is_not_ready(
    world: "World", stranger: "Browser"
) -> None:
    async with world.database.transaction() as tx:
        await tx.exec_driver_sql("DROP TABLE things")

    assert 503 == (await stranger.get("/readyz")).status
    assert 200 == (await stranger.get("/healthz")).status
