#!/usr/bin/env python3
"""Routes, bodies, uploads, replies, ranges: what handlers and clients may rely on."""
import json
import socket
import threading
import time

from rawhttp import Connection, ask, get, run, server, test, wait_until

S = server("--chunk", 65536)
P = S.port


def counts():
    return json.loads(get(P, "/counts").body)


def checksum(data):
    total = 0
    for byte in data:
        total = (total * 31 + byte) % 2**64
    return total


def put(target, body, *headers):
    lines = "".join(h + "\r\n" for h in headers)
    return f"PUT {target} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def error_of(reply):
    assert reply.headers["content-type"] == "application/json", reply
    error = json.loads(reply.body)
    assert set(error) == {"error", "code"} and error["error"], error
    return error["code"]


# ---- routes and targets -----------------------------------------------------------------


@test
def unknown_path_is_404():
    reply = get(P, "/nothing/here")
    assert reply.status == 404 and error_of(reply) == "NOT_FOUND"


@test
def unknown_method_on_known_path_is_404():
    for method in ("DELETE", "POST", "OPTIONS", "get"):
        assert get(P, "/hello", method=method).status == 404, method


@test
def path_is_case_sensitive_and_exact():
    for path in ("/Hello", "/hello/", "//hello", "/hello/x", "/", "/show/"):
        assert get(P, path).status == 404, path


@test
def parameters_are_decoded_exactly_once():
    assert b"a=a/b\n" in get(P, "/show/a%2Fb").body
    assert b"a=a%2Fb\n" in get(P, "/show/a%252Fb").body
    assert b"a=a+b\n" in get(P, "/show/a+b").body
    assert b"a=\xc3\xa9\n" in get(P, "/show/%C3%A9").body
    assert b"a=a?b\n" in get(P, "/show/a%3fb").body


@test
def literal_segments_match_decoded():
    assert get(P, "/%68ello").status == 200


@test
def rest_takes_slashes():
    body = get(P, "/show/x/in/a/b%20c//d").body
    assert b"a=x\n" in body and b"rest=a/b c//d\n" in body
    assert b"rest=\n" in get(P, "/show/x/in/").body
    assert get(P, "/show/x/in").status == 404


@test
def bad_escapes_are_400():
    for path in ("/show/%", "/show/%2", "/show/%zz", "/show/a%00b", "/show/%ff", "/show/%c0%af", "/show/%ed%a0%80",
                 "/hello?q=%", "/hello?q=%00", "/hello?%ff=1"):
        reply = get(P, path)
        assert reply.status == 400 and error_of(reply) == "INVALID", path


@test
def dot_segments_are_400():
    for path in ("/show/..", "/show/%2e%2e", "/show/.", "/show/x/in/../y", "/show/x/in/%2E%2e/%2e"):
        assert get(P, path).status == 400, path
    assert get(P, "/show/...").status == 200


@test
def fragment_and_odd_targets_are_400():
    for target in ("/hello#x", "hello", "*", "http://x", "ftp://x/hello"):
        assert get(P, target).status == 400, target


@test
def query_parameters():
    assert b"q=1 2=3\n" in get(P, "/show?x=9&q=1+2%3D3&q=4").body
    assert b"q=\nq-absent=0\n" in get(P, "/show?q").body
    assert b"q=\nq-absent=0\n" in get(P, "/show?q=").body
    assert b"q=\nq-absent=1\n" in get(P, "/show?qq=1").body
    assert b"q=a&b\n" in get(P, "/show?%71=a%26b").body
    assert b"q=a?b\n" in get(P, "/show?q=a?b").body


@test
def headers_are_found_in_any_case():
    assert b"x-test=Value\n" in get(P, "/show", "x-TEST:  Value ").body


@test
def client_address_is_numeric():
    assert b"address=127.0.0.1\n" in get(P, "/show").body


@test
def request_id_is_echoed_or_made():
    assert get(P, "/hello", "X-Request-Id: abc-DEF_1").headers["x-request-id"] == "abc-DEF_1"
    made = {get(P, "/hello", header).headers["x-request-id"]
            for header in ("X-A: b", "X-Request-Id: a b", "X-Request-Id: " + "a" * 65, "X-Request-Id:")}
    assert len(made) == 4 and all(len(i) == 16 and int(i, 16) >= 0 for i in made), made


@test
def standard_headers():
    headers = get(P, "/hello").headers
    assert headers["server"] == "vitrine" and headers["date"].endswith(" GMT")
    assert headers["content-length"] == "6" and headers["content-type"] == "text/plain"


@test
def head_is_answered_by_get_routes():
    for path, length in (("/hello", "6"), ("/health", "6"), ("/file", "1000"), ("/stream?size=100&known=1", "100")):
        with Connection(P) as c:
            c.send(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n")
            reply = c.reply(head=True)
            assert reply.status == 200 and reply.headers["content-length"] == length, reply
            assert c.is_open()


# ---- errors ------------------------------------------------------------------------------


@test
def error_codes():
    expected = {"INVALID": 400, "UNAUTHENTICATED": 401, "DENIED": 403, "NOT_FOUND": 404, "EXISTS": 409,
                "CONFLICT": 409, "TOO_LARGE": 413, "TOO_MANY": 429, "AGAIN": 503, "UNAVAILABLE": 503,
                "IO": 500, "CORRUPT": 500, "INTERNAL": 500}
    with Connection(P) as c:
        for code, status in expected.items():
            c.send(f"GET /error/{code} HTTP/1.1\r\nHost: x\r\n\r\n")
            reply = c.reply()
            assert reply.status == status and error_of(reply) == code, reply
            assert json.loads(reply.body)["error"] == f'this is "{code}"'
            assert ("www-authenticate" in reply.headers) == (status == 401)
            assert ("retry-after" in reply.headers) == (status in (429, 503))


@test
def handler_without_reply_is_500():
    reply = get(P, "/error/none")
    assert reply.status == 500 and error_of(reply) == "INTERNAL"


@test
def scripts_of_the_web_app_get_no_password_window():
    assert "www-authenticate" not in get(P, "/error/UNAUTHENTICATED", "Sec-Fetch-Mode: cors").headers
    assert "www-authenticate" in get(P, "/error/UNAUTHENTICATED", "Sec-Fetch-Mode: navigate").headers


@test
def redirect_cannot_add_headers():
    reply = get(P, "/redirect?to=/a%0d%0aX-Evil:%20y")
    assert reply.status == 302 and "x-evil" not in reply.headers
    assert reply.headers["location"] == "/a  X-Evil: y"


# ---- whole bodies ------------------------------------------------------------------------


def post(path, body):
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@test
def whole_bodies_of_many_sizes():
    data = bytes(range(256)) * 4096
    with Connection(P) as c:
        for size in (0, 1, 100, 16000, 16384, 32768, 65536, 300001, 1024 * 1024):
            c.send(post("/echo", data[:size]))
            assert c.reply().body == data[:size], size


@test
def whole_body_without_length_is_empty():
    reply = ask(P, "POST /echo HTTP/1.1\r\nHost: x\r\n\r\n")
    assert reply.status == 200 and reply.body == b""


@test
def whole_body_inline():
    data = b"x" * 200000
    assert ask(P, post("/echo-inline", data)).body == data


@test
def whole_body_too_large_is_413_before_it_is_read():
    with Connection(P) as c:
        c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
        reply = c.reply()
        assert reply.status == 413 and error_of(reply) == "TOO_LARGE"


@test
def chunked_bodies():
    data = bytes(range(256)) * 2000
    for step in (1000, 4096, 70000):
        body = b"".join(b"%x\r\n%s\r\n" % (len(data[i:i + step]), data[i:i + step])
                        for i in range(0, len(data), step)) + b"0\r\n\r\n"
        with Connection(P) as c:
            c.send(b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            assert c.reply().body == data
            assert c.is_open()


@test
def chunked_body_too_large_is_413():
    with Connection(P) as c:
        c.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        part = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        for _ in range(30):
            c.send(part)
        reply = c.reply()
        assert reply.status == 413 and error_of(reply) == "TOO_LARGE"
        assert c.is_closed()


@test
def body_where_none_is_taken_is_413():
    assert ask(P, "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").status == 413
    assert ask(P, "GET /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status == 413
    assert ask(P, "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status == 200


# ---- uploads -----------------------------------------------------------------------------


@test
def uploads_of_many_sizes():
    data = bytes((i * 7 + i // 251) % 256 for i in range(400000))
    with Connection(P) as c:
        for size in (0, 1, 4096, 65535, 65536, 65537, 131072, 131073, 399999):
            c.send(put("/upload", data[:size]))
            reply = c.reply()
            assert json.loads(reply.body) == {"bytes": size, "sum": checksum(data[:size])}, (size, reply)


@test
def upload_in_small_pieces():
    data = bytes(i % 251 for i in range(200000))
    with Connection(P) as c:
        c.send_slowly(put("/upload", data), step=5000)
        assert json.loads(c.reply().body) == {"bytes": len(data), "sum": checksum(data)}


@test
def upload_without_length_is_411():
    for extra in ("", "Transfer-Encoding: chunked\r\n"):
        reply = ask(P, f"PUT /upload HTTP/1.1\r\nHost: x\r\n{extra}\r\n")
        assert reply.status == 411 and error_of(reply) == "INVALID"


@test
def upload_too_large_is_413():
    with Connection(P) as c:
        c.send("PUT /upload-limited HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n")
        assert c.reply().status == 413
    assert ask(P, put("/upload-limited", b"x" * 100000)).status == 200


@test
def expect_100_continue():
    data = b"x" * 300000
    for target, size in (("/upload", 300000), ("/upload", 10), ("/upload-limited", 100000)):
        with Connection(P) as c:
            c.send(f"PUT {target} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {size}\r\n\r\n")
            assert wait_until(lambda: b"100 Continue" in c.socket.recv(100, socket.MSG_PEEK))
            c.send(data[:size])
            reply = c.reply()
            assert reply.interim == [100] and json.loads(reply.body)["bytes"] == size, reply
            assert c.is_open()


@test
def expect_100_continue_for_whole_body():
    with Connection(P) as c:
        c.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert wait_until(lambda: b"100 Continue" in c.socket.recv(100, socket.MSG_PEEK))
        c.send("abc")
        assert c.reply().body == b"abc"


@test
def expect_100_continue_refused_before_the_body():
    before = counts()
    for size in (10, 10**9):
        with Connection(P) as c:
            c.send("PUT /upload?fail=begin HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                   f"Content-Length: {size}\r\n\r\n")
            reply = c.reply()
            assert reply.status == 403 and reply.interim == [] and error_of(reply) == "DENIED", reply
            assert c.is_closed()
    after = counts()
    assert after["begun"] == before["begun"] and after["aborted"] == before["aborted"]


@test
def begin_fails_for_a_large_body_without_expect():
    # The client sends everything before it looks for the reply: no reset may eat it.
    with Connection(P) as c:
        c.send(put("/upload?fail=begin", b"x" * 8_000_000))
        reply = c.reply()
        assert reply.status == 403 and reply.headers["connection"] == "close"
        assert c.is_closed()


@test
def begin_fails_for_a_small_body_and_the_connection_lives():
    with Connection(P) as c:
        c.send(put("/upload?fail=begin", b"x" * 1000))
        assert c.reply().status == 403
        assert c.is_open()


@test
def data_fails_in_the_middle():
    before = counts()
    with Connection(P) as c:
        c.send(put("/upload?fail=data", b"x" * 8_000_000))
        reply = c.reply()
        assert reply.status == 503 and reply.headers["retry-after"] == "1" and error_of(reply) == "UNAVAILABLE"
        assert c.is_closed()
    after = counts()
    assert after["aborted"] == before["aborted"] + 1 and after["handled"] == before["handled"]


@test
def data_fails_and_the_client_is_silent():
    # The error must not wait for more of the body.
    with Connection(P) as c:
        c.send(b"PUT /upload?fail=data HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 65536)
        c.send(b"y")
        assert c.reply().status == 503


@test
def data_fails_in_the_last_chunk():
    before = counts()
    with Connection(P) as c:
        c.send(put("/upload?fail=data", b"x" * 1000))
        assert c.reply().status == 503
        assert c.is_open()
    assert counts()["aborted"] == before["aborted"] + 1


@test
def handle_fails():
    before = counts()
    for size in (1000, 200000):
        with Connection(P) as c:
            c.send(put("/upload?fail=handle", b"x" * size))
            reply = c.reply()
            assert reply.status == 409 and error_of(reply) == "CONFLICT"
            assert c.is_open()
    after = counts()
    assert after["aborted"] == before["aborted"] and after["handled"] == before["handled"] + 2


@test
def truncated_upload_is_aborted_once():
    before = counts()
    c = Connection(P)
    c.send(put("/upload", b"x" * 1_000_000)[:-1])
    wait_until(lambda: counts()["begun"] == before["begun"] + 1)
    c.socket.close()
    assert wait_until(lambda: counts()["aborted"] == before["aborted"] + 1)
    time.sleep(0.2)
    after = counts()
    assert after["aborted"] == before["aborted"] + 1 and after["handled"] == before["handled"]


@test
def truncated_upload_is_noticed_soon():
    # Last bytes and end of stream in one go, again and again: some arrive in one event.
    before = counts()
    body = put("/upload", b"x" * 80_000)
    for _ in range(100):
        c = Connection(P)
        c.send(body[:70_000])
        c.socket.close()
    assert wait_until(lambda: counts()["aborted"] + counts()["handled"] == counts()["begun"], seconds=3), counts()
    assert counts()["handled"] == before["handled"]


@test
def truncated_small_upload_never_begins():
    before = counts()
    c = Connection(P)
    c.send(put("/upload", b"x" * 1000)[:-1])
    time.sleep(0.2)
    c.socket.close()
    time.sleep(0.3)
    after = counts()
    assert after["begun"] == before["begun"] and after["aborted"] == before["aborted"]


@test
def client_leaves_while_a_worker_has_a_chunk():
    before = counts()
    clients = []
    for _ in range(20):
        c = Connection(P)
        c.send(put("/upload?fail=slow", b"x" * 300_000)[:200_000])
        clients.append(c)
    time.sleep(0.02)
    for c in clients:
        c.socket.close()
    assert wait_until(lambda: counts()["aborted"] == before["aborted"] + 20), (before, counts())
    assert counts()["handled"] == before["handled"]


@test
def client_leaves_while_a_worker_handles():
    for _ in range(20):
        c = Connection(P)
        c.send("GET /slow?ms=50 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.002)
        c.socket.close()
    time.sleep(0.3)
    assert get(P, "/hello").status == 200


@test
def parallel_uploads():
    for clients in (127, 128, 129):
        data = bytes(i % 253 for i in range(150_000))
        expected = {"bytes": len(data), "sum": checksum(data)}
        wrong = []

        def work():
            with Connection(P, timeout=30) as c:
                for _ in range(3):
                    c.send(put("/upload", data))
                    reply = c.reply()
                    if reply.status != 200 or json.loads(reply.body) != expected:
                        wrong.append(reply)

        threads = [threading.Thread(target=work) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong, wrong[:3]


# ---- streamed replies --------------------------------------------------------------------


def alphabet(size):
    return (b"abcdefghijklmnopqrstuvwxyz" * (size // 26 + 1))[:size]


@test
def streams_of_many_sizes():
    with Connection(P) as c:
        for size in (0, 1, 65535, 65536, 65537, 500000):
            for known in ("", "&known=1"):
                c.send(f"GET /stream?size={size}{known} HTTP/1.1\r\nHost: x\r\n\r\n")
                reply = c.reply()
                assert reply.body == alphabet(size), (size, known)
                assert ("content-length" in reply.headers) == bool(known)


@test
def stream_to_http_1_0_ends_with_the_connection():
    with Connection(P) as c:
        c.send("GET /stream?size=200000 HTTP/1.0\r\n\r\n")
        reply = c.reply()
        assert "transfer-encoding" not in reply.headers and reply.body == alphabet(200000)


@test
def stream_that_fails_does_not_look_complete():
    for known in ("", "&known=1"):
        with Connection(P) as c:
            c.send(f"GET /stream?size=500000&break=200000{known} HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                reply = c.reply()
                raise AssertionError(f"complete: {reply}")
            except EOFError:
                pass


@test
def stream_that_fails_at_once_is_500():
    reply = get(P, "/stream?size=1000&known=1&break=0")
    assert reply.status == 500, reply


@test
def stream_is_freed_when_the_client_leaves():
    before = counts()["freed"]
    for _ in range(5):
        c = Connection(P)
        c.send("GET /stream?size=100000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        c.socket.recv(1000)
        c.socket.close()
    assert wait_until(lambda: counts()["freed"] == before + 5), counts()


# ---- conditions and ranges ---------------------------------------------------------------

FILE = b"".join(b"line %04d\n" % i for i in range(100))


def ranged(spec, *headers, path="/file"):
    return get(P, path, f"Range: {spec}", *headers)


@test
def ranges_that_are_satisfied():
    for spec, first, last in (("bytes=0-9", 0, 9), ("bytes=990-", 990, 999), ("bytes=-10", 990, 999),
                              ("bytes=0-0", 0, 0), ("bytes=999-999", 999, 999), ("bytes=5-100000", 5, 999),
                              ("bytes=-100000", 0, 999), ("bytes=0-", 0, 999), ("Bytes=1-2", 1, 2),
                              ("bytes= 1-2 ", 1, 2), ("bytes=10-99999999999999999999999", 10, 999)):
        reply = ranged(spec)
        assert reply.status == 206, (spec, reply)
        assert reply.body == FILE[first:last + 1], spec
        assert reply.headers["content-range"] == f"bytes {first}-{last}/1000", reply
        assert reply.headers["etag"] == '"v1"'


@test
def ranges_outside_are_416():
    for spec in ("bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999-"):
        reply = ranged(spec)
        assert reply.status == 416 and reply.headers["content-range"] == "bytes */1000", (spec, reply)
        assert error_of(reply) == "INVALID"


@test
def ranges_that_mean_nothing_are_ignored():
    for spec in ("bytes=5-4", "bytes=a-b", "bytes=-", "bytes=", "bytes", "lines=1-2", "bytes=1-2,4-5", "bytes=+1-2",
                 "bytes=1-2-3", "bytes=0x1-2", "bytes==1-2"):
        reply = ranged(spec)
        assert reply.status == 200 and reply.body == FILE, (spec, reply)


@test
def range_of_bytes_in_memory():
    reply = ranged("bytes=3-5", path="/bytes")
    assert reply.status == 206 and reply.body == b"345"
    assert ranged("bytes=10-", path="/bytes").status == 416
    assert ranged("bytes=0-", path="/bytes?empty=1").status == 416
    assert ranged("bytes=-5", path="/bytes?empty=1").status == 200


@test
def range_counts_for_get_only():
    reply = get(P, "/file", "Range: bytes=0-9", method="HEAD")
    assert reply.status == 200 and reply.headers["content-length"] == "1000"
    reply = get(P, "/bytes", "Range: bytes=0-3", 'If-None-Match: "b1"', method="POST")
    assert reply.status == 200 and reply.body == b"0123456789"


DATE = "Sun, 09 Sep 2001 01:46:40 GMT"
BEFORE = "Sun, 09 Sep 2001 01:46:39 GMT"
AFTER = "Mon, 10 Sep 2001 01:46:40 GMT"


@test
def if_range():
    for condition, status in (('"v1"', 206), ('"v2"', 200), ('W/"v1"', 200), (DATE, 206), (BEFORE, 200), (AFTER, 200),
                              ("garbage", 200)):
        assert ranged("bytes=0-9", f"If-Range: {condition}").status == status, condition
    assert ranged("bytes=0-9", 'If-Range: "v1"', path="/file?etag=none").status == 200


@test
def if_none_match():
    for value, status in (('"v1"', 304), ('W/"v1"', 304), ("*", 304), ('"x", "v1"', 304), ('"x"', 200), ("v1", 200)):
        for method in ("GET", "HEAD"):
            reply = get(P, "/file", f"If-None-Match: {value}", method=method)
            assert reply.status == status, (value, reply)
            if status == 304:
                assert reply.headers["etag"] == '"v1"' and "content-type" not in reply.headers


@test
def if_modified_since():
    for value, status in ((DATE, 304), (AFTER, 304), (BEFORE, 200), ("garbage", 200), ("", 200)):
        assert get(P, "/file", f"If-Modified-Since: {value}").status == status, value
    # An entity tag outweighs a date.
    assert get(P, "/file", f"If-Modified-Since: {AFTER}", 'If-None-Match: "x"').status == 200


@test
def if_match_and_if_unmodified_since():
    for header, status in (('If-Match: "v1"', 200), ('If-Match: "x"', 412), ("If-Match: *", 200),
                           ('If-Match: W/"v1"', 412), (f"If-Unmodified-Since: {DATE}", 200),
                           (f"If-Unmodified-Since: {BEFORE}", 412), ("If-Unmodified-Since: garbage", 200)):
        reply = get(P, "/file", header)
        assert reply.status == status, (header, reply)
    assert error_of(get(P, "/file", 'If-Match: "x"')) == "CONFLICT"


@test
def file_on_a_kept_connection():
    with Connection(P) as c:
        for _ in range(10):
            c.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
            reply = c.reply()
            assert reply.body == FILE and reply.headers["accept-ranges"] == "bytes"


if __name__ == "__main__":
    run()
