"""Signing in and out as the web app does it: JSON, a cookie, a header against other sites' pages."""
import json

from vitrined import Server, folder, succeed, test

PASSWORD = "correct horse battery"


class Tab:
    """A page of the app: keeps the cookie and the csrf value."""

    def __init__(self, server):
        self.server, self.cookie, self.csrf = server, None, None

    def send(self, method, path, body=None, **headers):
        all_headers = {"Origin": self.server.url}
        if self.cookie:
            all_headers["Cookie"] = self.cookie
        if self.csrf:
            all_headers["X-CSRF-Token"] = self.csrf
        if body is not None:
            all_headers["Content-Type"] = "application/json"
            body = body if isinstance(body, str) else json.dumps(body)
        all_headers.update(headers)
        reply = self.server.request(method, path, body, {k: v for k, v in all_headers.items() if v is not None})
        line = reply.headers["Set-Cookie"]
        if line:
            self.cookie = None if "Max-Age=0" in line else line.split(";")[0]
            self.csrf = None if "Max-Age=0" in line else reply.json().get("csrf")
        return reply

    def sign_in(self, username="alice", password=PASSWORD, **headers):
        return self.send("POST", "/-/session", {"username": username, "password": password}, **headers)

    def who(self):
        user = self.send("GET", "/-/session").json()["user"]
        return user and user["username"]


def with_alice(data):
    succeed("user", "add", "alice", "--email", "alice@example.com", "--no-key", data=data)
    succeed("user", "passwd", "alice", data=data, stdin=PASSWORD + "\n")


@test
def a_session_begins_with_name_or_address_and_ends():
    with folder() as data:
        with_alice(data)
        with Server(data) as server:
            for name in ("alice", "ALICE", "alice@example.com"):
                tab = Tab(server)
                before = tab.send("GET", "/-/session")
                assert before.status == 200 and before.json()["user"] is None and before.json()["csrf"] is None
                assert before.headers["Cache-Control"] == "no-store"
                reply = tab.sign_in(name)
                assert reply.status == 200, reply.text()
                line = reply.headers["Set-Cookie"]
                assert "; HttpOnly" in line and "; SameSite=Lax" in line and "; Path=/" in line and "Secure" not in line
                state = tab.send("GET", "/-/session").json()
                assert state == reply.json() and state["user"]["username"] == "alice"
                assert state["user"]["email"] == "alice@example.com" and state["user"]["admin"] is False
                assert state["baseUrl"] == server.url and state["setup"] is None
                assert state["csrf"] not in tab.cookie
                kept = tab.cookie
                assert tab.send("DELETE", "/-/session").status == 200
                assert tab.cookie is None
                assert Tab(server).send("GET", "/-/session", Cookie=kept).json()["user"] is None


@test
def a_server_without_passwords_says_how_to_begin():
    with folder() as data:
        succeed("user", "add", "alice", "--no-key", data=data)
        with Server(data) as server:
            assert Tab(server).send("GET", "/-/session").json()["setup"] == {
                "needed": True, "command": "vitrined user passwd NAME"}
            succeed("user", "passwd", "alice", data=data, stdin=PASSWORD + "\n")
            assert Tab(server).send("GET", "/-/session").json()["setup"] is None


@test
def other_sites_cannot_use_a_session():
    with folder() as data:
        with_alice(data)
        with Server(data) as server:
            tab = Tab(server)
            evil = {"Origin": "https://evil.example"}
            assert tab.sign_in(**evil).status == 403 and tab.cookie is None
            assert tab.send("POST", "/-/session", "username=alice", **{"Content-Type": "text/plain"}).status == 400
            tab.sign_in()
            for headers in (evil, {"Origin": "null"}, {"X-CSRF-Token": None}, {"X-CSRF-Token": ""},
                            {"X-CSRF-Token": tab.csrf[:-1]}, {"X-CSRF-Token": tab.csrf + "x"}):
                for method, path, body in (("DELETE", "/-/session", None), ("DELETE", "/-/sessions", None),
                                           ("POST", "/-/password", {"current": PASSWORD, "new": "another password"}),
                                           ("POST", "/graphql", {"query": "{viewer{id}}"}),
                                           ("POST", "/files/alice/p/r/file_stream", {})):
                    reply = tab.send(method, path, body, **headers)
                    assert reply.status == 403, (method, path, headers, reply.status)
            assert tab.who() == "alice"
            # A value of another session is no good either.
            other = Tab(server)
            other.sign_in()
            assert tab.send("DELETE", "/-/session", **{"X-CSRF-Token": other.csrf}).status == 403


@test
def signing_out_everywhere_ends_every_session():
    with folder() as data:
        with_alice(data)
        with Server(data) as server:
            tabs = [Tab(server) for _ in range(3)]
            for tab in tabs:
                assert tab.sign_in().status == 200
            assert [tab.who() for tab in tabs] == ["alice"] * 3
            assert Tab(server).send("DELETE", "/-/sessions").status == 401
            assert tabs[0].send("DELETE", "/-/sessions").status == 200
            assert [tab.who() for tab in tabs] == [None] * 3


@test
def a_new_password_keeps_only_this_session():
    with folder() as data:
        with_alice(data)
        with Server(data) as server:
            tab, other = Tab(server), Tab(server)
            tab.sign_in()
            other.sign_in()
            reply = tab.send("POST", "/-/password", {"current": "wrong wrong", "new": "another password"})
            assert reply.status == 401 and "current password" in reply.json()["error"]
            reply = tab.send("POST", "/-/password", {"current": PASSWORD, "new": "short"})
            assert reply.status == 400, reply.text()
            assert (tab.who(), other.who()) == ("alice", "alice")
            reply = tab.send("POST", "/-/password", {"current": PASSWORD, "new": "another password"})
            assert reply.status == 200, reply.text()
            assert (tab.who(), other.who()) == ("alice", None)
            assert Tab(server).sign_in().status == 401
            assert Tab(server).sign_in(password="another password").status == 200


@test
def tries_are_limited_and_the_limit_outlives_a_restart():
    with folder() as data:
        with_alice(data)
        with Server(data) as server:
            replies = [Tab(server).sign_in(password="wrong password") for _ in range(5)]
            assert [r.status for r in replies] == [401] * 5
            assert len({r.json()["error"] for r in replies}) == 1 and replies[0].json()["code"] == "UNAUTHENTICATED"
        with Server(data) as server:
            reply = Tab(server).sign_in()
            assert reply.status == 429 and reply.json()["code"] == "TOO_MANY"
            wait = int(reply.headers["Retry-After"])
            assert 1 <= wait <= 60 and f"wait {wait} second" in reply.json()["error"]
            assert Tab(server).sign_in("alice@example.com").status == 429


@test
def a_proxy_tells_the_address_that_is_limited():
    with folder() as data:
        with_alice(data)
        with Server(data, "--trust-forwarded") as server:
            for i in range(20):
                assert Tab(server).sign_in(f"nobody{i}", **{"X-Forwarded-For": "10.9.9.9, 10.0.0.1"}).status == 401
            assert Tab(server).sign_in("nobody", **{"X-Forwarded-For": "10.0.0.1"}).status == 429
            assert Tab(server).sign_in("nobody", **{"X-Forwarded-For": "10.0.0.1, 10.0.0.2"}).status == 401


@test
def strange_bodies_are_refused():
    with folder() as data:
        with_alice(data)
        with Server(data) as server:
            for body, status in (("", 400), ("[]", 400), ("{}", 401), ('{"username": 1, "password": []}', 401),
                                 ('{"username": "alice"}', 401), ("{" * 1000, 400), ('{"username": "' + "x" * 20000 + '"}', 413)):
                assert Tab(server).send("POST", "/-/session", body).status == status, body[:40]


@test
def https_makes_the_cookie_secure():
    with folder() as data:
        with_alice(data)
        with Server(data, "--public-url", "https://registry.example") as server:
            tab = Tab(server)
            reply = tab.sign_in(Origin="https://registry.example")
            assert reply.headers["Set-Cookie"].startswith("__Host-vitrine_session=") and "; Secure" in reply.headers["Set-Cookie"]
            assert tab.send("GET", "/-/session").json()["user"]["username"] == "alice"
