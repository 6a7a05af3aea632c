from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.http.server import Reply, Server
from tracker.errors import Garbled, HttpStatus, Refused
from tracker.http import Client, Limits
from tracker.records import Request

Make = Callable[..., Client]


def test_a_public_address_is_asked_at_the_mirror(server: Server, make: Make) -> None:
    server.routes["/lists.example.org/a/b%20c.md"] = [Reply(body=b"text", headers={"X-One": "1"})]
    document = make().fetch(Request("https://lists.example.org/a/b%20c.md?x=1#part", params=(("y", "a&b"),)))
    assert server.asked[0].path == "/lists.example.org/a/b%20c.md?x=1&y=a%26b"
    assert document.url == document.final_url == "https://lists.example.org/a/b%20c.md?x=1&y=a%26b"
    assert (document.status, document.body, document.headers["x-one"]) == (200, b"text", "1")
    assert not document.unchanged


def test_a_mirror_may_live_below_a_path(server: Server, make: Make) -> None:
    server.routes["/cache/a.example/x"] = [Reply(302, headers={"Location": "/cache/b.example/y?z=1"})]
    server.routes["/cache/b.example/y"] = [Reply(body=b"there")]
    document = make(mirror=server.url + "/cache").fetch(Request("https://a.example/x"))
    assert (document.final_url, document.body) == ("https://b.example/y?z=1", b"there")


@pytest.mark.parametrize(
    "location", ["/new.example/list", "https://new.example/list", "../new.example/list", "//new.example/list"]
)
def test_redirects_are_followed_inside_the_mirror(server: Server, make: Make, location: str) -> None:
    server.routes["/old.example/list"] = [Reply(301, headers={"Location": location})]
    server.routes["/new.example/list"] = [Reply(body=b"moved")]
    document = make().fetch(Request("https://old.example/list"))
    assert document.url == "https://old.example/list"
    assert document.final_url == "https://new.example/list"
    assert document.body == b"moved"


def test_a_redirect_to_itself_ends(server: Server, make: Make) -> None:
    server.routes["/a.example/x"] = [Reply(302, headers={"Location": "/a.example/x"})]
    with pytest.raises(Refused, match="redirects more than 5 times") as caught:
        make().fetch(Request("https://a.example/x"))
    assert not caught.value.transient
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://127.0.0.1:9/secret", Refused),
        ("/localhost/secret", Refused),
        ("/169.254.169.254/latest/meta-data", Refused),
        ("file:///etc/passwd", Refused),
        ("/nodots", Refused),
        ("http://[::1", Refused),
    ],
)
def test_every_hop_is_checked(server: Server, make: Make, location: str, error: type[Exception]) -> None:
    server.routes["/a.example/x"] = [Reply(302, headers={"Location": location})]
    with pytest.raises(error):
        make().fetch(Request("https://a.example/x"))
    assert len(server.asked) == 1


def test_a_redirect_must_say_where_to(server: Server, make: Make) -> None:
    server.routes["/a.example/x"] = [Reply(302), Reply(body=b"in the end")]
    assert make().fetch(Request("https://a.example/x")).body == b"in the end"  # Garbled is tried again
    server.routes["/a.example/y"] = [Reply(302)]
    with pytest.raises(Garbled, match="without saying where to"):
        make({"limits": Limits(attempts=1)}).fetch(Request("https://a.example/y"))


def test_headers_of_a_request_stay_at_its_host(server: Server, make: Make) -> None:
    server.routes["/a.example/x"] = [Reply(302, headers={"Location": "/b.example/x"})]
    server.routes["/b.example/x"] = [Reply()]
    make().fetch(Request("https://a.example/x", headers=(("accept", "text/x"), ("X-Token", "t"))))
    first, second = server.asked
    assert (first.headers["accept"], first.headers["x-token"]) == ("text/x", "t")
    assert "x-token" not in second.headers
    assert second.headers["accept"] == "*/*"


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_a_post_is_repeated_only_where_the_status_says_so(server: Server, make: Make, status: int, method: str) -> None:
    server.routes["/a.example/x"] = [Reply(status, headers={"Location": "/a.example/y"})]
    server.routes["/a.example/y"] = [Reply()]
    make().fetch(Request("https://a.example/x", method="POST", json={"ids": ["1"]}))
    assert server.asked[0].body == b'{"ids":["1"]}'
    assert server.asked[1].method == method


def test_a_form_is_posted(server: Server, make: Make) -> None:
    server.routes["/a.example/x"] = [Reply()]
    make().fetch(Request("https://a.example/x", method="POST", form=(("id_list", "a,b"), ("start", "0"))))
    assert server.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert server.asked[0].body == b"id_list=a%2Cb&start=0"


def test_the_user_agent_names_product_and_contact(server: Server, make: Make) -> None:
    server.routes["/a.example/x"] = [Reply()]
    make(contact="me@example.org").fetch(Request("https://a.example/x"))
    agent = server.asked[0].headers["user-agent"]
    assert agent.startswith("paper-tracker/")
    assert agent.endswith("(mailto:me@example.org)")


def test_keys_never_go_to_a_mirror(server: Server, make: Make) -> None:
    server.routes["/api.semanticscholar.org/x"] = [Reply()]
    make(keys={"semantic-scholar": "secret"}).fetch(Request("https://api.semanticscholar.org/x"))
    assert "secret" not in repr(server.asked)


def test_a_refusal_carries_what_the_server_said(server: Server, make: Make) -> None:
    server.routes["/a.example/x"] = [Reply(400, b"incorrect id format for abc")]
    with pytest.raises(HttpStatus) as caught:
        make().fetch(Request("https://a.example/x"))
    assert (caught.value.status, caught.value.transient) == (400, False)
    assert caught.value.detail == "incorrect id format for abc"
    assert caught.value.url == "https://a.example/x"
    assert len(server.asked) == 1
