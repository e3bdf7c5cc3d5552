"""The same question again: answered from memory only as long as the answer would be the same (domain/answer.h)."""
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import wire  # noqa: E402
from vitrined import Server, folder, succeed, test  # noqa: E402

ASK = """query($name: String!) { project(name: "p", entityName: "red") { artifactCollectionMembership(name: $name) {
  versionIndex aliases { alias } } } viewer { username } }"""
URL = """query { project(name: "p", entityName: "red") { artifact(name: "model:v0") {
  files(first: 1) { edges { node { directUrl } } } } } }"""
ALIAS = "mutation($i: AddAliasesInput!) { addAliases(input: $i) { success } }"
OFTEN = 12  # each worker has a memory of its own, and begins to keep with the second look


def prepare(data):
    keys = [succeed("user", "add", name, data=data).out.strip() for name in ("ann", "bob", "eve")]
    succeed("org", "add", "acme", "--admin", "ann", data=data)
    succeed("team", "add", "red", "--org", "acme", "--admin", "ann", data=data)
    succeed("team", "member", "set", "red", "bob", "member", data=data)
    return keys


def ask(w, name="model:live"):
    answer = w.graphql(ASK, name=name)
    found = answer["project"] and answer["project"]["artifactCollectionMembership"]
    return found and found["versionIndex"], answer["viewer"]["username"]


def often(w, wanted, name="model:live"):
    for turn in range(OFTEN):
        got = ask(w, name)
        assert got == wanted, (turn, got, wanted)


def log(w, n, *aliases):
    return w.log("red", "p", "model", {"f": b"%d" % n * 100}, str(uuid.uuid4()), aliases=aliases)


@test
def everybody_gets_their_own_answer_to_the_same_question():
    with folder() as data:
        keys = prepare(data)
        with Server(data) as server:
            ann, bob, eve = (wire.Wire(server.url, key) for key in keys)
            log(ann, 0, "live")
            for _ in range(3):
                often(ann, (0, "ann"))
                often(bob, (0, "bob"))
                often(eve, (None, "eve"))


@test
def a_change_is_in_the_next_answer():
    with folder() as data:
        keys = prepare(data)
        with Server(data) as server:
            ann, bob, _ = (wire.Wire(server.url, key) for key in keys)
            for n in range(5):
                log(ann, n, "live")
                assert ask(bob) == (n, "bob"), "right behind the change"
                often(bob, (n, "bob"))
            # A change by another process: the operator's command.
            succeed("team", "member", "remove", "red", "bob", data=data)
            assert ask(bob) == (None, "bob")
            often(bob, (None, "bob"))
            succeed("team", "member", "set", "red", "bob", "member", data=data)
            often(bob, (4, "bob"))


@test
def signed_addresses_are_made_for_each_who_asks():
    with folder() as data:
        keys = prepare(data)
        with Server(data) as server:
            ann = wire.Wire(server.url, keys[0])
            log(ann, 0)
            urls = set()
            for turn in range(OFTEN):
                files = ann.graphql(URL)["project"]["artifact"]["files"]["edges"]
                urls.add(files[0]["node"]["directUrl"])
                assert len(urls) == turn + 1, f"the address of turn {turn} was given before"
