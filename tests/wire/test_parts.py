"""Files in parts, large enough that the server joins them while they come: whatever the order, and whoever dies meanwhile."""
import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import time

import pytest

import place as places
import wire
from place import entry_of, manifest_of, md5_base64

PART = 5 << 20
PARTS = [os.urandom(PART), os.urandom(PART), os.urandom(PART), os.urandom(1000)]
DATA = b"".join(PARTS)


@pytest.fixture
def own(tmp_path):
    """A server of the test's own."""
    place = places.Place(tmp_path)
    yield place
    assert place.stop() == 0
    assert place.failures() == []


def begin(caller, name, parts, entity="red"):
    """-> (artifact, node, the parts' addresses)"""
    data = b"".join(parts)
    made = caller.create(entity, "parts", name, manifest_of({"f": entry_of(data)})[1])
    [node] = caller.files(made["id"], [{"name": "f", "md5": md5_base64(data), "uploadPartsInput": [
        {"partNumber": n, "hexMD5": hashlib.md5(part).hexdigest()} for n, part in enumerate(parts, 1)]}])
    return made["id"], node, [part["uploadUrl"] for part in node["uploadMultipartUrls"]["uploadUrlParts"]]


def etags_of(parts):
    return [hashlib.md5(part).hexdigest() for part in parts]


def finish(caller, artifact, name, data, entity="red"):
    caller.put_manifest(artifact, manifest_of({"f": entry_of(data)})[0])
    caller.commit(artifact)
    assert caller.get(caller.urls(entity, "parts", name)["f"]) == data


def abort(caller, node):
    return caller.ask(wire.COMPLETE, input={
        "completeMultipartAction": "Abort", "artifactID": node["artifact"]["id"], "completedParts": [],
        "storagePath": node["storagePath"], "uploadID": node["uploadMultipartUrls"]["uploadID"]})


def under_way(place):
    """The sizes of the files in the main store that have no name yet."""
    sizes = []
    for fd in pathlib.Path(f"/proc/{place.process.pid}/fd").iterdir():
        try:
            target = os.readlink(fd)
            if target.startswith(f"{place.data.resolve()}/blobs/large/") and ("deleted" in target or "/tmp/" in target):
                sizes.append(fd.stat().st_size)
        except FileNotFoundError:
            pass
    return sizes


def wait_for(what):
    """A minute is far more than it takes; in vain is a failure."""
    for _ in range(6000):
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("in vain")


def enough_room(place):
    """Else nothing is joined early, which is right."""
    return shutil.disk_usage(place.data).free > 2 << 30


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2]], ids=["ascending", "descending", "by turns"])
def test_parts_may_come_in_any_order(alice, order):
    parts = [bytes([order[0]]) + part for part in PARTS]
    name = f"order-{order[0]}"
    artifact, node, urls = begin(alice, name, parts)
    for i in order:
        alice.put(urls[i], parts[i])
    alice.complete(node, etags_of(parts))
    finish(alice, artifact, name, b"".join(parts))


def test_parts_are_joined_while_they_come(own):
    alice = own.caller("alice")
    artifact, node, urls = begin(alice, "early", PARTS)
    alice.put(urls[0], PARTS[0])
    alice.put(urls[1], PARTS[1])
    if not enough_room(own):
        pytest.skip("the disk has too little room for joining early")
    wait_for(lambda: under_way(own) == [2 * PART])
    alice.put(urls[3], PARTS[3])
    alice.put(urls[2], PARTS[2])
    wait_for(lambda: under_way(own) == [len(DATA)])
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # a client that repeats itself
        again = [pool.submit(own.caller("alice").complete, node, etags_of(PARTS)) for _ in range(4)]
        for each in again:
            each.result()
    assert under_way(own) == []
    finish(alice, artifact, "early", DATA)


def test_an_upload_that_is_aborted_leaves_nothing(own):
    alice = own.caller("alice")
    _, node, urls = begin(alice, "aborted", PARTS)
    for url, part in zip(urls[:3], PARTS):
        alice.put(url, part)
    abort(alice, node)
    assert under_way(own) == []
    with pytest.raises(wire.Refused):
        alice.complete(node, etags_of(PARTS))


def test_two_uploads_share_a_part(alice):
    mine, other = [PARTS[0], PARTS[1]], [PARTS[0], PARTS[2], PARTS[1]]
    first, first_node, first_urls = begin(alice, "shared-1", mine)
    second, second_node, second_urls = begin(alice, "shared-2", other)
    for url, part in zip(first_urls, mine):
        alice.put(url, part)
    for url, part in zip(second_urls, other):
        alice.put(url, part)
    alice.complete(first_node, etags_of(mine))
    alice.complete(second_node, etags_of(other))
    finish(alice, first, "shared-1", b"".join(mine))
    finish(alice, second, "shared-2", b"".join(other))


def test_a_server_that_dies_while_it_joins(own):
    """What had been joined is forgotten; the parts are there, and completing takes them."""
    alice = own.caller("alice")
    artifact, node, urls = begin(alice, "killed", PARTS)
    for url, part in zip(urls[:3], PARTS):
        alice.put(url, part)
    if enough_room(own):
        wait_for(lambda: under_way(own) != [])
    own.process.kill()
    own.stop()
    own.start()
    alice = own.caller("alice")
    assert under_way(own) == []
    assert not [path for path in (own.data / "blobs/large").rglob("*") if path.is_file()]
    alice.put(urls[3].replace(urls[3].split("/upload/")[0], own.url), PARTS[3])
    alice.complete(node, etags_of(PARTS))
    finish(alice, artifact, "killed", DATA)


def test_a_graceful_stop_does_not_wait_for_parts(own):
    """One that comes again has the parts, too."""
    alice = own.caller("alice")
    artifact, node, urls = begin(alice, "stopped", PARTS)
    for url, part in zip(urls[:2], PARTS):
        alice.put(url, part)
    assert own.stop() == 0
    own.start()
    alice = own.caller("alice")
    for url, part in zip(urls[2:], PARTS[2:]):
        alice.put(url.replace(url.split("/upload/")[0], own.url), part)
    alice.complete(node, etags_of(PARTS))
    finish(alice, artifact, "stopped", DATA)
