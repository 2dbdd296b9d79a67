"""Who may ask the gateway at all: what a browser says that a page cannot forge.

Sec-Fetch-* and Origin are set by the browser alone (Fetch Metadata: "forbidden
request-header"), the name in the TLS greeting and the CONNECT target too. A page
can make its browser send a request here, but not one that passes for the
patron's own click on the gateway's own page.
"""

from overallt.gateway.messages import HOST, ORIGIN, Request

HTTPS_PORT = 443


def is_misdirected(request: Request) -> bool:
    """Tell whether the connection and the request mean different hosts.

    Only a name that all three agree on is ours; anything else is somebody's
    attempt to speak to the gateway in another origin's name.
    """
    return not (
        request.tls
        and request.connect_port == HTTPS_PORT
        and request.connect_host == HOST
        and request.sni == HOST
        and request.headers.get("host") in {HOST, f"{HOST}:{HTTPS_PORT}"}
    )


def is_navigation(request: Request) -> bool:
    """Tell whether a whole document is to be shown, and now.

    Frames are refused, because a framed page can be covered by another; a page
    loaded ahead of time was not asked for by anybody.
    """
    return (
        request.headers.get("sec-fetch-mode") == "navigate"
        and request.headers.get("sec-fetch-dest") == "document"
        and "sec-purpose" not in request.headers
    )


def is_by_a_person(request: Request) -> bool:
    """Tell whether a person touched the page that this comes from.

    It proves no more than that (browsers grant it for any recent touch), which
    is enough to ask the server about a thing and not enough to flattr it.
    """
    return request.headers.get("sec-fetch-user") == "?1"


def is_by_a_page(request: Request) -> bool:
    """Tell whether a page of another site led here, and nobody has touched it.

    Who types an address, or takes it from his bookmarks, has left no page for it.
    """
    site = request.headers.get("sec-fetch-site")
    return site not in {"none", "same-origin"} and not is_by_a_person(request)


def is_own_navigation(request: Request) -> bool:
    """Tell whether one of the gateway's own pages led here, by itself or by a person.

    A page of another site that leads to one of ours is never taken for it, through
    however many redirects (Fetch Metadata, "Sec-Fetch-Site").
    """
    return request.headers.get("sec-fetch-site") == "same-origin"


def is_own_form(request: Request) -> bool:
    """Tell whether a person sent one of the gateway's own forms."""
    return (
        is_navigation(request)
        and is_by_a_person(request)
        and request.headers.get("origin") == ORIGIN
        and request.headers.get("sec-fetch-site") == "same-origin"
    )


def is_own_part(request: Request, destination: str) -> bool:
    """Tell whether the gateway's own page loads its script or its style."""
    return (
        request.headers.get("sec-fetch-site") == "same-origin"
        and request.headers.get("sec-fetch-dest") == destination
    )
