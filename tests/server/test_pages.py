"""The pages: signing in, out, and making a key where `wandb login` sends people."""
import re
import urllib.parse

from vitrined import Server, folder, succeed, test

PASSWORD = "correct horse battery"


class Browser:
    """Keeps cookies, follows nothing."""

    def __init__(self, server):
        self.server, self.cookies = server, {}

    def send(self, method, path, form=None, **headers):
        all_headers = {"Accept": "text/html", **headers}
        if self.cookies:
            all_headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        body = urllib.parse.urlencode(form) if form is not None else None
        if form is not None:
            all_headers["Content-Type"] = "application/x-www-form-urlencoded"
        reply = self.server.request(method, path, body, all_headers)
        for line in reply.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return reply

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, form, **headers):
        return self.send("POST", path, form, **headers)

    def sign_in(self, password=PASSWORD, following="/"):
        return self.post("/login", {"username": "alice", "password": password, "next": following})

    def csrf(self):
        return re.search(r'name="csrf" value="([^"]+)"', self.get("/authorize").text()).group(1)


def with_alice(data):
    succeed("user", "add", "alice", "--no-key", data=data)
    succeed("user", "passwd", "alice", data=data, stdin=PASSWORD + "\n")


@test
def home_says_what_this_is():
    with folder() as data, Server(data, "--plain-pages") as server:
        reply = server.request("GET", "/")
        assert reply.status == 200 and "You are not signed in." in reply.text()
        assert f"WANDB_BASE_URL={server.url}" in reply.text()
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
        assert "<script" not in reply.text() and "style=" not in reply.text()
        style = re.search(r'href="([^"]+\.css)"', reply.text()).group(1)
        reply = server.request("GET", urllib.parse.urlsplit(style).path)
        assert reply.status == 200 and reply.headers["Content-Type"].startswith("text/css")


@test
def authorize_makes_a_key_after_signing_in():
    with folder() as data:
        with_alice(data)
        with Server(data, "--plain-pages") as server:
            browser = Browser(server)
            page = browser.get("/authorize?ref=models&signup=true")
            assert page.status == 200 and 'type="password"' in page.text()
            assert 'value="/authorize"' in page.text()
            reply = browser.sign_in(following="/authorize")
            assert reply.status == 303 and reply.headers["Location"] == server.url + "/authorize"
            assert "HttpOnly" in reply.headers["Set-Cookie"] and "SameSite=Lax" in reply.headers["Set-Cookie"]
            page = browser.post("/authorize", {"csrf": browser.csrf(), "description": "my laptop"})
            key = re.search(r'id="api-key">([A-Za-z0-9]{40})<', page.text()).group(1)
            assert page.headers["Cache-Control"] == "no-store"
            assert server.graphql("{viewer{username}}", key).json()["data"]["viewer"] == {"username": "alice"}
            assert key not in browser.get("/authorize").text()
            assert succeed("key", "list", "alice", "--json", data=data).json()[0]["description"] == "my laptop"


@test
def forms_of_other_sites_are_refused():
    with folder() as data:
        with_alice(data)
        with Server(data, "--plain-pages") as server:
            browser = Browser(server)
            browser.sign_in()
            csrf = browser.csrf()
            for form, headers in (({}, {}), ({"csrf": "x"}, {}), ({"csrf": csrf[:-1]}, {}),
                                  ({"csrf": csrf}, {"Origin": "https://evil.example"}),
                                  ({"csrf": csrf}, {"Origin": "null"})):
                for path in ("/authorize", "/logout"):
                    assert browser.post(path, form, **headers).status == 403, (path, form, headers)
            login = Browser(server).post("/login", {"username": "alice", "password": PASSWORD}, Origin="https://evil.example")
            assert login.status == 403 and "Set-Cookie" not in login.headers
            assert succeed("key", "list", "--json", data=data).json() == []


@test
def signing_out_ends_the_session():
    with folder() as data:
        with_alice(data)
        with Server(data, "--plain-pages") as server:
            browser = Browser(server)
            browser.sign_in()
            kept = dict(browser.cookies)
            assert "You are signed in as <strong>alice</strong>" in browser.get("/").text()
            assert browser.post("/logout", {"csrf": browser.csrf()}).status == 303
            assert browser.cookies == {}
            browser.cookies = kept
            assert "You are not signed in." in browser.get("/").text()


@test
def a_new_password_ends_all_sessions():
    with folder() as data:
        with_alice(data)
        with Server(data, "--plain-pages") as server:
            browser = Browser(server)
            browser.sign_in()
            succeed("user", "passwd", "alice", data=data, stdin="another password\n")
            assert "You are not signed in." in browser.get("/").text()
            assert browser.sign_in().status == 403
            assert browser.sign_in("another password").status == 303


@test
def wrong_passwords_are_limited():
    with folder() as data:
        with_alice(data)
        with Server(data, "--plain-pages") as server:
            statuses = [Browser(server).sign_in("wrong password").status for _ in range(6)]
            assert statuses == [403] * 5 + [429], statuses
            last = Browser(server).sign_in()
            assert last.status == 429 and last.headers["Retry-After"]


@test
def signing_in_leads_only_to_this_server():
    with folder() as data:
        with_alice(data)
        with Server(data, "--plain-pages") as server:
            for number, target in enumerate(("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x",
                                             "/a\r\nSet-Cookie: x=y")):
                if number:
                    succeed("user", "passwd", "alice", data=data, stdin=PASSWORD + "\n")
                browser = Browser(server)
                reply = browser.sign_in(following=target)
                if reply.status == 429:
                    break
                assert reply.headers["Location"] == server.url + "/", target
                assert "x" not in browser.cookies


@test
def input_is_escaped():
    with folder() as data, Server(data, "--plain-pages") as server:
        evil = '"><script>alert(1)</script>'
        page = Browser(server).post("/login", {"username": evil, "password": "x", "next": "/" + evil})
        assert page.status == 403 and "<script" not in page.text() and "&lt;script&gt;" in page.text()
        for raw in ("username=%zz&password=x", "username=%00&password=x", "username=%ff&password=x", "&&&===", "%"):
            reply = server.request("POST", "/login", raw, {"Accept": "text/html"})
            assert reply.status == 403, (raw, reply.status)


@test
def https_cookies_are_secure():
    with folder() as data:
        with_alice(data)
        with Server(data, "--plain-pages", "--public-url", "https://registry.example") as server:
            reply = Browser(server).sign_in()
            assert reply.headers["Location"] == "https://registry.example/"
            assert reply.headers["Set-Cookie"].startswith("__Host-vitrine_session=")
            assert "Secure" in reply.headers["Set-Cookie"]
