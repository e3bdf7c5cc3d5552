"""Each mistake that a user can make at the command line: one clear sentence, its exit status, nothing on
standard output, and nothing half-done."""
import contextlib
import ctypes
import http.server
import inspect
import json
import os
import re
import socket
import threading

import pytest

import command


@pytest.fixture
def pushed(place):
    place.write("f", "content")
    place.ok("push", "f", "thing", "-t", "model")
    return place


def is_one_sentence(text):
    assert re.fullmatch(r"\S.{8,400}[.?!]", text), text
    assert not re.search(r"0x[0-9a-f]+|\bnull\b|\.c:\d+|errno|RC_|curl", text), text
    return text


# ---- the server --------------------------------------------------------------------------------------

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_no_server(place):
    url = f"http://127.0.0.1:{free_port()}"
    said = is_one_sentence(place.fails(7, "whoami", "--retry-seconds", "1", VITRINE_BASE_URL=url))
    assert url.removeprefix("http://") in said


def test_no_such_host(place):
    said = place.fails(7, "whoami", "--retry-seconds", "1", VITRINE_BASE_URL="http://no-such-host.invalid")
    assert "no-such-host.invalid" in is_one_sentence(said)


def test_network_unreachable(place):
    """Nobody answers at an address of the documentation's network; in a namespace without routes it fails at once."""
    said = place.fails(7, "whoami", "--retry-seconds", "1", VITRINE_BASE_URL="http://[100::1]:8080")
    is_one_sentence(said)


@pytest.mark.parametrize("url", ["ftp://host", "http://", "not an address", "http://user:secret@host"])
def test_an_address_that_is_none(place, url):
    said = is_one_sentence(place.fails(2, "whoami", "--server", url))
    assert "secret" not in said


@contextlib.contextmanager
def other_server(status, body):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status,body", [(200, b"<html>hello</html>"), (200, b'{"data": 17}'), (404, b"no")])
def test_some_other_web_server(place, status, body):
    with other_server(status, body) as url:
        is_one_sentence(place.fails(12, "whoami", "--retry-seconds", "1", VITRINE_BASE_URL=url))


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_is_broken(place, status):
    with other_server(status, b"") as url:
        result = place.run("whoami", "--retry-seconds", "1", VITRINE_BASE_URL=url)
    assert result.status in (7, 8, 14), result
    is_one_sentence(result.err.splitlines()[-1])


def test_too_many_requests(place):
    with other_server(429, b"") as url:
        is_one_sentence(place.fails(8, "whoami", "--retry-seconds", "1", VITRINE_BASE_URL=url))


# ---- who asks ------------------------------------------------------------------------------------------

def test_no_key(place):
    said = is_one_sentence(place.fails(5, "whoami", VITRINE_API_KEY=None))
    assert "vitrine login" in said or "VITRINE_API_KEY" in said


def test_a_wrong_key(place):
    key = "x" * 40
    said = is_one_sentence(place.fails(5, "whoami", VITRINE_API_KEY=key))
    assert key not in said


def test_a_wrong_key_is_not_stored(place):
    is_one_sentence(place.fails(5, "login", stdin="y" * 40 + "\n", VITRINE_API_KEY=None))
    assert not (place.home / ".netrc").exists()


def test_no_key_in_the_file(place):
    place.write("empty", "\n")
    assert place.fails(2, "whoami", "--key-file", "empty", VITRINE_API_KEY=None) == "empty has no API key in its first line."
    is_one_sentence(place.fails(3, "whoami", "--key-file", "nothing", VITRINE_API_KEY=None))
    is_one_sentence(place.fails(2, "login", stdin="", VITRINE_API_KEY=None))


def test_the_key_is_no_argument(place, team):
    is_one_sentence(place.fails(2, "login", team.user.key, VITRINE_API_KEY=None))


def test_no_permission(place, new_place, team):
    """A viewer reads and does not write; a stranger does not even see."""
    viewer = new_place(team.member("viewer", team_role=None))
    place.ok("registry", "create", "Look", "--visibility", "restricted")
    place.ok("registry", "members", "Look", "--add", viewer.user.name, "--role", "viewer")
    viewer.ok("registry", "show", "Look")
    is_one_sentence(viewer.fails(6, "registry", "edit", "Look", "--description", "mine"))
    is_one_sentence(viewer.fails(6, "registry", "delete", "Look", "--yes"))
    is_one_sentence(viewer.fails(6, "collection", "create", f"{team.org_entity}/wandb-registry-Look/x", "-t", "model"))
    stranger = new_place(place.server.user(f"stranger-{place.server.number()}"))
    is_one_sentence(stranger.fails(3, "show", f"{team.org_entity}/wandb-registry-Look/x"))


def test_no_permission_to_push(place, new_place, team):
    outsider = new_place(team.member("outsider", team_role=None))
    outsider.write("f", "f")
    result = outsider.run("push", "f", "thing", "-t", "model")
    assert result.status in (3, 6), result
    is_one_sentence(result.err.splitlines()[-1])


# ---- names ---------------------------------------------------------------------------------------------------

def test_unknown_names_with_the_right_ones(pushed, team):
    say = lambda *words: is_one_sentence(pushed.fails(3, *words))  # noqa: E731
    assert "Did you mean 'thing'?" in say("show", "thng")
    assert "Did you mean 'thing:latest'?" in say("pull", "thing:latst")
    assert "Did you mean 'model'?" in say("registry", "show", "modeel")
    target = f"{team.org_entity}/wandb-registry-model/Suggested"
    pushed.ok("link", "thing", target)
    assert f"Did you mean '{target}'?" in say("show", f"{team.org_entity}/wandb-registry-model/Suggestedd")
    assert "Did you mean" not in say("show", "something-else-entirely")
    assert "Did you mean" not in say("show", "thing:v9999")


def test_unknown_registry_to_link_to(pushed, team):
    said = is_one_sentence(pushed.fails(3, "link", "thing", f"{team.org_entity}/wandb-registry-datasets/x"))
    assert "dataset" in said


def test_names_that_cannot_be(pushed):
    is_one_sentence(pushed.fails(2, "push", "f", "a name/with/too/many", "-t", "model"))
    is_one_sentence(pushed.fails(2, "push", "f", "thing:v3", "-t", "model"))
    is_one_sentence(pushed.fails(2, "push", "f", "sla\\sh*", "-t", "model"))
    is_one_sentence(pushed.fails(2, "push", "f", "wandb-registry-model/x", "-t", "model"))
    is_one_sentence(pushed.fails(2, "alias", "add", "thing", "a/b"))
    is_one_sentence(pushed.fails(2, "registry", "create", "x" * 200))


def test_name_clash_of_types(pushed):
    said = is_one_sentence(pushed.fails(4, "push", "f", "thing", "-t", "dataset"))
    assert "model" in said or "type" in said


def test_name_clash_of_registries(place):
    place.ok("registry", "create", "Twice")
    is_one_sentence(place.fails(4, "registry", "create", "Twice"))
    is_one_sentence(place.fails(4, "registry", "create", "Twice", "--dry-run"))


def test_name_clash_of_collections(place, team):
    path = f"{team.org_entity}/wandb-registry-model/Twice"
    place.ok("collection", "create", path, "-t", "model")
    is_one_sentence(place.fails(4, "collection", "create", path, "-t", "model"))


def test_name_clash_of_paths(place):
    place.write("one/f", "1")
    place.write("two/f", "2")
    said = is_one_sentence(place.fails(4, "push", "one", "two", "thing", "-t", "model"))
    assert said.startswith("two holds a name")


def test_a_type_that_the_registry_does_not_take(pushed, team):
    target = f"{team.org_entity}/wandb-registry-dataset/x"
    is_one_sentence(pushed.fails(2, "link", "thing", target))


def test_unlink_what_is_no_link(pushed):
    is_one_sentence(pushed.fails(4, "unlink", "thing:v0"))
    is_one_sentence(pushed.fails(2, "unlink", "thing"))


# ---- the command line ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("words,says", [
    (["push", "f"], "Something is missing: the form is vitrine push PATH... NAME [OPTION...]; see --help."),
    (["pull", "a", "b"], "There are too many words: the form is vitrine pull NAME[:ALIAS] [OPTION...]; see --help."),
    (["push", "f", "x"], "What type is it? Say --type model, --type dataset or another word."),
    (["registry", "edit", "x"],
     "What is to be changed? Say --name, --description, --visibility, --type or --all-types."),
    (["registry", "delete", "model"], "Say --yes to delete the registry model."),
    (["registry", "create", "x", "--visibility", "everyone"],
     "--visibility takes one of these words, not 'everyone': organization restricted."),
    (["cache", "prune", "--keep", "lots"], "'lots' is not a size: write it like 500M or 20G."),
    (["link", "thing", "wandb-registry-model/x:prod"], "A target has no alias: say --alias prod."),
    (["whoami", "--transfers", "0"], "--transfers takes a number from 1 to 512, not '0'."),
])
def test_wrong_usage(pushed, words, says):
    assert pushed.fails(2, *words) == says


@pytest.mark.parametrize("option,value", [("--metadata", "{"), ("--metadata", "[1]"), ("--metadata", '{"a": }')])
def test_metadata_that_is_no_object(pushed, option, value):
    is_one_sentence(pushed.fails(2, "push", "f", "thing", "-t", "model", option, value))


def test_filters_that_are_none(pushed):
    is_one_sentence(pushed.fails(2, "registry", "list", "--filter", "{name"))
    is_one_sentence(pushed.fails(2, "collection", "list", "--filter", '{"name": {"$nonsense": 1}}'))


# ---- this machine ------------------------------------------------------------------------------------------------

def test_a_path_that_is_not_there(place):
    assert place.fails(3, "push", "nothing", "thing", "-t", "model") == "nothing cannot be read: No such file or directory."
    place.write("f", "f")
    place.ok("push", "f", "thing", "-t", "model")
    assert place.fails(3, "verify", "thing", "nothing") == "nothing cannot be read: No such file or directory."


def test_a_path_that_is_no_file(place):
    os.mkfifo(place.work / "pipe")
    assert place.fails(2, "push", "pipe", "thing", "-t", "model") == "pipe is neither a file nor a directory."


def test_a_target_below_a_file(pushed):
    is_one_sentence(pushed.fails(10, "pull", "thing", "--root", "f/below"))
    assert (pushed.work / "f").read_text() == "content"


@contextlib.contextmanager
def mounted(path, options, read_only=False):
    """A file system of its own; skips where that is not allowed."""
    path.mkdir(parents=True)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"none", os.fsencode(path), b"tmpfs", 1 if read_only else 0, options.encode()) != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield path
    finally:
        libc.umount2(os.fsencode(path), 2)


def test_a_full_disk(pushed):
    pushed.write("large", os.urandom(3 << 20))
    pushed.ok("push", "large", "big", "-t", "model")
    with mounted(pushed.work / "small", "size=1m") as folder:
        said = is_one_sentence(pushed.fails(10, "pull", "big", "--root", "small/here", "--no-cache"))
        assert "space" in said
        assert not (folder / "here/large").exists()
    pushed.ok("pull", "big", "--root", "elsewhere")


def test_a_full_cache_disk(pushed):
    """The cache is a help, never a reason to fail."""
    pushed.write("large", os.urandom(3 << 20))
    pushed.ok("push", "large", "big", "-t", "model")
    with mounted(pushed.folder / "small-cache", "size=1m") as folder:
        pushed.ok("pull", "big", "--root", "here", "--cache-dir", folder)
    assert (pushed.work / "here/large").read_bytes() == (pushed.work / "large").read_bytes()


def test_a_read_only_target(pushed):
    with mounted(pushed.work / "fixed", "size=1m", read_only=True):
        said = is_one_sentence(pushed.fails(10, "pull", "thing", "--root", "fixed/here"))
        assert "ead-only" in said


def test_a_damaged_directory(pushed):
    pushed.ok("pull", "thing", "--root", "here")
    pushed.write("here/f", "kontent")
    assert "f" in is_one_sentence(pushed.fails(11, "verify", "thing", "here"))
    (pushed.work / "here/f").unlink()
    is_one_sentence(pushed.fails(11, "verify", "thing", "here"))
    pushed.ok("pull", "thing", "--root", "here")
    pushed.write("here/more", "x")
    pushed.ok("verify", "thing", "here")
    is_one_sentence(pushed.fails(11, "verify", "thing", "here", "--strict"))


def test_standard_output_that_is_full(pushed):
    import subprocess
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(command.VITRINE), "show", "thing"], cwd=pushed.work, env=pushed.environment(),
                              stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 10
    assert done.stderr == "vitrine: Standard output cannot be written: No space left on device.\n"


def test_json_errors_are_objects(place):
    result = place.run("show", "nothing-there", "--json")
    assert (result.status, result.out) == (3, "")
    error = json.loads(result.err)
    assert (error["code"], error["status"]) == ("NOT_FOUND", 3) and is_one_sentence(error["error"])


def test_a_target_is_judged_before_anything_is_pushed(place, team):
    place.write("f", "f")
    prefix = f"{team.org_entity}/wandb-registry-"
    place.ok("registry", "create", "Rows Only", "--type", "dataset")
    for more in [(), ("--dry-run",)]:
        said = place.fails(3, "push", "f", "unsent", "-t", "model", "--link", prefix + "modxl/x", *more)
        assert f"Did you mean '{prefix}model'?" in said
        said = place.fails(2, "push", "f", "unsent", "-t", "model", "--link", prefix + "Rows Only/x", *more)
        assert is_one_sentence(said) and "does not take artifacts of type 'model'" in said
        place.fails(2, "push", "f", "unsent", "-t", "model", "--link", prefix + "model/x:production", *more)
    place.fails(3, "show", "unsent")
    said = place.ok("push", "f", "unsent", "-t", "model", "--link", prefix + "model/x", "--dry-run").lines
    assert said[-1] == f"Would link it to {prefix}model/x."
    place.ok("push", "f", "sent", "-t", "model")
    place.fails(3, "link", "sent", prefix + "modxl/x", "--dry-run")
    place.fails(2, "link", "sent", prefix + "Rows Only/x", "--dry-run")
    assert place.json("link", "sent", prefix + "model/x", "--dry-run")["target"] == prefix + "model/x"


def test_what_was_pushed_and_could_not_be_linked_is_said(place, team):
    """A reader of the registry may log, and may not link."""
    place.write("f", "f")
    place.ok("registry", "create", "Guarded", "--visibility", "restricted")
    other = team.member("pusher")
    place.ok("registry", "members", "Guarded", "--add", other.name, "--role", "viewer")
    place.user = other
    said = place.fails(6, "push", "f", "half", "-t", "model", "--link", f"{team.org_entity}/wandb-registry-Guarded/x")
    assert said.startswith(f"{team.team}/{place.project}/half:v0 was pushed, but not linked: "), said


# The rows of the table in vitrine(1), and where each is tried here.
TABLE = [
    ("No server answers at the address", 7, test_no_server),
    ("The network is unreachable", 7, test_network_unreachable),
    ("The address is none", 2, test_an_address_that_is_none),
    ("Some other web server answers", 12, test_some_other_web_server),
    ("There is no key", 5, test_no_key),
    ("The key is wrong or was revoked", 5, test_a_wrong_key),
    ("The name is unknown", 3, test_unknown_names_with_the_right_ones),
    ("The role does not permit it", 6, test_no_permission),
    ("The name is taken", 4, test_name_clash_of_registries),
    ("The artifact has another type", 4, test_name_clash_of_types),
    ("The registry does not take the type", 2, test_a_type_that_the_registry_does_not_take),
    ("The disk is full", 10, test_a_full_disk),
    ("The target is read-only", 10, test_a_read_only_target),
    ("A file was changed (verify)", 11, test_a_damaged_directory),
]


def test_the_man_page_has_this_table(place):
    page = place.ok("--man").out.replace("\\-", "-")
    rows = re.findall(r"^T\{\n(.+)\nT\}\|(\d+)\|T\{\n.+\nT\}$", page, re.M)
    assert [(what, int(status)) for what, status in rows] == [(what, status) for what, status, _ in TABLE]
    for what, status, test in TABLE:
        # say(...) of the test of unknown names stands for fails(3, ...).
        assert f"fails({status}, " in inspect.getsource(test), what
