"""The web app inside the program: its files, index.html under every address of a page, the policy."""
import gzip
import re
import urllib.parse

from vitrined import Server, folder, test

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
# What clients print or build, of all versions, and what people type; web/SERVER.md says which page each is.
PAGES = [
    "/", "/registry/", "/registry", "/login", "/login?next=%2Fregistry%2F", "/authorize", "/authorize?signup=true&ref=models",
    "/orgs/My%20Org/registry/model",
    "/orgs/My%20Org/registry/model?selectionPath=my-org_entity%2Fwandb-registry-model%2FHello&view=membership&version=v3",
    "/team/registry/model?selectionPath=team%2Fmodel-registry%2FHello&view=membership&version=v0",
    "/team/project", "/team/project/workspace", "/team/project/artifacts", "/team/my%20project/artifacts/model/name",
    "/team/project/artifacts/model/na%3Ame/v12", "/team/project/artifacts/model/name/latest", "/team/project/artifacts/model/name/v1/metadata",
    "/team/project/artifacts/model/name/v1/usage", "/team/project/artifacts/model/name/v1/lineage",
    "/team/project/artifacts/model/name/v1/files", "/team/project/artifacts/model/name/v1/files/a/b%20c/d.txt",
    "/team/project/artifacts/model/name/v1/files/" + "deep/" * 50 + "x",
    "/team/project/runs/abc123", "/team/project/runs/abc123/overview", "/team/project/sweeps/xyz", "/team/project/reports/Title--Vm11",
    "/settings", "/usersettings", "/teams/team/settings", "/team/settings", "/team", "/orgs/My%20Org", "/orgs/My%20Org/members",
    "/admin", "/admin/users", "/logout",
]


class Skip(Exception):
    skip = True


def app(data, *options):
    """A server with the app in it."""
    server = Server(data, *options)
    if "<script" not in server.request("GET", "/", headers=BROWSER).text():
        server.stop()
        raise Skip("this build has no web app: no node when it was made")
    return server


@test
def every_address_of_a_page_answers_with_the_app():
    with folder() as data, app(data) as server:
        index = server.request("GET", "/", headers=BROWSER)
        for path in PAGES:
            reply = server.request("GET", path, headers=BROWSER)
            assert (reply.status, reply.body) == (200, index.body), path
            assert reply.headers["Content-Type"] == "text/html; charset=utf-8" and reply.headers["Cache-Control"] == "no-cache", path
            head = server.request("HEAD", path, headers=BROWSER)
            assert head.status == 200 and head.body == b"", path


@test
def only_browsers_get_pages_and_only_by_get():
    with folder() as data, app(data) as server:
        for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
            reply = server.request("GET", "/team/project", headers=headers)
            assert reply.status == 404 and reply.json()["code"] == "NOT_FOUND", headers
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert server.request(method, "/team/project", headers=BROWSER).status == 404, method
        for path in ("/-/nothing", "/-/assets/nothing.js", "/-/index.html", "/-/assets", "/-/assets/", "/-/assets/%2e%2e%2findex.html"):
            assert server.request("GET", path, headers=BROWSER).status == 404, path
        assert server.request("GET", "/artifacts/team/" + "0" * 32, headers=BROWSER).status == 401


def assets(server):
    page = server.request("GET", "/", headers=BROWSER).text()
    found = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert found and all(f.startswith("/-/") for f in found), found
    return found


@test
def files_are_kept_for_good_and_the_page_is_asked_for_again():
    with folder() as data, app(data) as server:
        page = server.request("GET", "/", headers=BROWSER)
        again = server.request("GET", "/team/project", headers={**BROWSER, "If-None-Match": page.headers["ETag"]})
        assert again.status == 304 and again.body == b""
        for path in assets(server):
            plain = server.request("GET", path)
            small = server.request("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.9"})
            assert plain.status == small.status == 200 and plain.headers["Content-Encoding"] is None
            if "/assets/" in path:
                assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert plain.headers["X-Content-Type-Options"] == "nosniff"
            if small.headers["Content-Encoding"]:
                assert small.headers["Content-Encoding"] == "gzip" and gzip.decompress(small.body) == plain.body
                assert small.headers["ETag"] != plain.headers["ETag"] and "Accept-Encoding" in small.headers["Vary"]
                assert len(small.body) < len(plain.body)
            assert path.endswith((".svg", ".woff2")) or small.headers["Content-Encoding"] == "gzip", path
            refused = server.request("GET", path, headers={"Accept-Encoding": "gzip;q=0"})
            assert refused.headers["Content-Encoding"] is None
            assert server.request("GET", path, headers={"If-None-Match": plain.headers["ETag"]}).status == 304
        types = {urllib.parse.urlsplit(p).path.rsplit(".", 1)[1]: server.request("GET", p).headers["Content-Type"] for p in assets(server)}
        assert types["js"].startswith("text/javascript") and types["css"].startswith("text/css")


@test
def nothing_runs_but_the_apps_own_files():
    with folder() as data, app(data) as server:
        for path in ("/", "/team/project/artifacts/model/name/v1/files/evil.html"):
            reply = server.request("GET", path, headers=BROWSER)
            policy = dict(p.strip().split(" ", 1) for p in reply.headers["Content-Security-Policy"].split(";"))
            assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'", policy
            assert policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'"
            assert "unsafe-eval" not in str(policy) and "http" not in str(policy)
            for script in re.findall(r"<script([^>]*)>(.*?)</script>", reply.text(), re.S):
                assert "src=" in script[0] and not script[1].strip(), script
            assert not re.search(r"\son\w+=", reply.text()) and "http://" not in reply.text() and "https://" not in reply.text()
            assert reply.headers["X-Frame-Options"] == "DENY" and reply.headers["Referrer-Policy"] == "no-referrer"


@test
def operators_can_have_plain_pages_instead():
    with folder() as data, Server(data, "--plain-pages") as server:
        assert "<script" not in server.request("GET", "/", headers=BROWSER).text()
        assert 'type="password"' in server.request("GET", "/login", headers=BROWSER).text()
        reply = server.request("GET", "/team/project", headers=BROWSER)
        assert reply.status == 404 and "There is nothing at this address." in reply.text()
        for name in ("index.html", "favicon.svg"):
            assert server.request("GET", "/-/" + name).status == 404
