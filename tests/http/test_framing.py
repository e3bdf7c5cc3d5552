#!/usr/bin/env python3
"""Framing: heads that could be read in two ways are refused, and the connection ends."""
import socket
import time

from rawhttp import Connection, get, run, server, test

S = server("--idle", 3)
P = S.port


def refused(head, body=b"", statuses=(400,), silent=False, doubled=False):
    """The head is answered with an error and the connection ends; what follows is not served.

    doubled: libmicrohttpd answers this one itself, and says its reply's head twice.
    """
    smuggled = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
    if isinstance(head, str):
        head = head.encode()
    with Connection(P) as c:
        c.send(head + body + smuggled)
        try:
            reply = c.reply()
        except EOFError:
            assert silent, "closed without a reply"
            return
        assert reply.status in statuses, reply
        assert reply.headers.get("connection") == "close", reply
        if doubled:
            assert b"hello" not in c.rest()
        assert c.is_closed(), "the connection stays open"


def accepted(head, body=b"", status=200, expect=None):
    if isinstance(head, str):
        head = head.encode()
    with Connection(P) as c:
        c.send(head + body)
        reply = c.reply()
        assert reply.status == status, reply
        assert expect is None or reply.body == expect, reply
        assert c.is_open(), "the connection did not survive"


POST = "POST /echo HTTP/1.1\r\nHost: x\r\n"


@test
def length_and_chunked():
    refused(POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n")


@test
def chunked_and_length():
    refused(POST + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", b"0\r\n\r\n")


@test
def two_equal_lengths():
    refused(POST + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", b"abc")


@test
def two_different_lengths():
    refused(POST + "Content-Length: 3\r\nContent-Length: 30\r\n\r\n", b"abc")


@test
def length_list():
    refused(POST + "Content-Length: 3, 3\r\n\r\n", b"abc", doubled=True)


@test
def length_with_plus():
    refused(POST + "Content-Length: +3\r\n\r\n", b"abc", doubled=True)


@test
def length_negative():
    refused(POST + "Content-Length: -3\r\n\r\n", b"abc", doubled=True)


@test
def length_hexadecimal():
    refused(POST + "Content-Length: 0x3\r\n\r\n", b"abc", doubled=True)


@test
def length_empty():
    refused(POST + "Content-Length:\r\n\r\n", b"abc", doubled=True)


@test
def length_too_large_for_64_bits():
    refused(POST + "Content-Length: 99999999999999999999999\r\n\r\n", b"abc", statuses=(400, 413), doubled=True)


@test
def length_inner_space():
    refused(POST + "Content-Length: 1 2\r\n\r\n", b"abc", doubled=True)


@test
def name_with_space_before_colon():
    refused(POST + "Content-Length : 3\r\n\r\n", b"abc")


@test
def name_with_tab_before_colon():
    refused(POST + "Content-Length\t: 3\r\n\r\n", b"abc")


@test
def name_with_leading_space_on_first_field():
    refused("GET /hello HTTP/1.1\r\n Host: x\r\n\r\n", silent=True)


@test
def name_empty():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n")


@test
def name_with_slash():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\nX/Y: y\r\n\r\n")


@test
def name_not_ascii():
    refused(b"GET /hello HTTP/1.1\r\nHost: x\r\nX-\xc3\xa9: y\r\n\r\n")


@test
def field_without_colon():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n")


@test
def encoding_unknown():
    refused(POST + "Transfer-Encoding: gzip\r\n\r\n", b"abc")


@test
def encoding_list():
    refused(POST + "Transfer-Encoding: gzip, chunked\r\n\r\n", b"0\r\n\r\n")


@test
def encoding_twice():
    refused(POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n")


@test
def encoding_identity_twice():
    refused(POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", b"0\r\n\r\n")


@test
def encoding_with_vertical_tab():
    refused(POST + "Transfer-Encoding: \x0bchunked\r\n\r\n", b"0\r\n\r\n")


@test
def encoding_of_http_1_0():
    refused("POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n")


@test
def folded_value():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n")


@test
def folded_value_that_makes_a_name():
    # A parser that appends the folded text to the name reads "Content-Length: 3" here.
    refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent: 3\r\n -Length\r\n\r\n", b"abc")


@test
def folded_last_field():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\n\ty\r\n\r\n")


@test
def folded_twice():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n d\r\nX-B: c\r\n\r\n")


@test
def bare_line_feed_after_field():
    refused("GET /hello HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n")


@test
def bare_line_feed_at_end_of_head():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\n\n")


@test
def bare_line_feed_after_last_field():
    refused("GET /hello HTTP/1.1\r\nHost: x\n\r\n")


@test
def bare_line_feed_after_request_line():
    refused("GET /hello HTTP/1.1\nHost: x\r\n\r\n")


@test
def carriage_return_in_value():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\rc\r\n\r\n")


@test
def nul_in_value():
    refused(b"GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\0c\r\n\r\n")


@test
def nul_at_end_of_value():
    refused(b"GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\0\r\n\r\n")


@test
def two_nuls_after_length():
    refused(POST.encode() + b"Content-Length: 3\0\0\r\n\r\n", b"abc")


@test
def nul_in_name():
    refused(b"GET /hello HTTP/1.1\r\nHost: x\r\nX\0A: b\r\n\r\n")


@test
def nul_in_target():
    refused(b"GET /hello\0 HTTP/1.1\r\nHost: x\r\n\r\n")


@test
def nul_in_method():
    refused(b"GET\0 /hello HTTP/1.1\r\nHost: x\r\n\r\n")


@test
def control_byte_in_value():
    refused(b"GET /hello HTTP/1.1\r\nHost: x\r\nX-A: b\x01\r\n\r\n")


@test
def host_missing():
    refused("GET /hello HTTP/1.1\r\n\r\n")


@test
def host_twice():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n")


@test
def host_with_path():
    refused("GET /hello HTTP/1.1\r\nHost: x/y\r\n\r\n")


@test
def host_list():
    refused("GET /hello HTTP/1.1\r\nHost: x, y\r\n\r\n")


@test
def two_spaces_in_request_line():
    refused("GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n")


@test
def space_in_target():
    refused("GET /hello there HTTP/1.1\r\nHost: x\r\n\r\n")


@test
def tab_in_request_line():
    refused("GET\t/hello HTTP/1.1\r\nHost: x\r\n\r\n", silent=True)


@test
def request_line_without_version():
    refused("GET /hello\r\nHost: x\r\n\r\n", statuses=(400, 505), silent=True)


@test
def request_line_without_target():
    refused("GET\r\nHost: x\r\n\r\n", silent=True)


@test
def version_unknown():
    refused("GET /hello HTTP/3.0\r\nHost: x\r\n\r\n", statuses=(400, 505))


@test
def version_lower_case():
    refused("GET /hello http/1.1\r\nHost: x\r\n\r\n", statuses=(400, 505))


@test
def version_1_2():
    refused("GET /hello HTTP/1.2\r\nHost: x\r\n\r\n", statuses=(400, 505))


@test
def method_malformed():
    refused("G(T /hello HTTP/1.1\r\nHost: x\r\n\r\n", statuses=(400,))


@test
def binary_garbage():
    refused(bytes(range(256)) + b"\r\n\r\n", silent=True)


@test
def tls_hello():
    refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n", silent=True)


@test
def many_header_fields():
    fields = "".join(f"X-{i}: y\r\n" for i in range(100))
    refused("GET /hello HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n", statuses=(431,))


@test
def sixty_four_header_fields():
    fields = "".join(f"X-{i}: y\r\n" for i in range(63))
    accepted("GET /hello HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n")


@test
def large_header_field():
    refused("GET /hello HTTP/1.1\r\nHost: x\r\nX-A: " + "a" * 60000 + "\r\n\r\n", statuses=(431,))


@test
def header_of_20_kib_is_fine():
    accepted("GET /hello HTTP/1.1\r\nHost: x\r\nX-A: " + "a" * 20000 + "\r\n\r\n")


@test
def long_target():
    refused("GET /" + "a" * 60000 + " HTTP/1.1\r\nHost: x\r\n\r\n", statuses=(414, 431))


@test
def chunk_size_malformed():
    refused(POST + "Transfer-Encoding: chunked\r\n\r\n", b"xyz\r\nabc\r\n0\r\n\r\n")


@test
def chunk_size_with_sign():
    refused(POST + "Transfer-Encoding: chunked\r\n\r\n", b"+3\r\nabc\r\n0\r\n\r\n")


@test
def chunk_size_too_large():
    refused(POST + "Transfer-Encoding: chunked\r\n\r\n", b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n", statuses=(400, 413))


@test
def chunk_without_line_end():
    refused(POST + "Transfer-Encoding: chunked\r\n\r\n", b"3\r\nabcdef\r\n0\r\n\r\n")


@test
def good_get():
    accepted("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", expect=b"hello\n")


@test
def good_post():
    accepted(POST + "Content-Length: 3\r\n\r\n", b"abc", expect=b"abc")


@test
def good_chunked():
    accepted(POST + "Transfer-Encoding: Chunked\r\n\r\n", b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n",
             expect=b"abcde")


@test
def good_host_forms():
    for host in ("example.org", "example.org:8080", "127.0.0.1:1", "[::1]:8080", ""):
        accepted(f"GET /hello HTTP/1.1\r\nHost: {host}\r\n\r\n", expect=b"hello\n")


@test
def good_white_space_around_value():
    accepted("GET /show HTTP/1.1\r\nHost:x\r\nX-Test: \t a b \t \r\n\r\n")
    assert b"x-test=a b\n" in get(P, "/show", "X-Test: \t a b \t ").body


@test
def good_empty_value():
    accepted("GET /hello HTTP/1.1\r\nHost: x\r\nX-A:\r\nX-B: \r\n\r\n")


@test
def good_absolute_target():
    accepted("GET http://x/hello HTTP/1.1\r\nHost: x\r\n\r\n", expect=b"hello\n")


@test
def good_blank_line_before_request():
    accepted("\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n", expect=b"hello\n")


@test
def good_head_in_single_bytes():
    with Connection(P) as c:
        c.send_slowly(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc")
        assert c.reply().body == b"abc"
        assert c.is_open()


@test
def good_large_head_in_pieces():
    head = b"GET /show HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"v" * 300) for i in range(40))
    with Connection(P) as c:
        for _ in range(3):
            c.send_slowly(head + b"X-Test: end\r\n\r\n", step=700)
            assert b"x-test=end\n" in c.reply().body


@test
def good_http_1_0():
    with Connection(P) as c:
        c.send("GET /hello HTTP/1.0\r\n\r\n")
        reply = c.reply()
        assert reply.status == 200 and reply.body == b"hello\n", reply
        assert c.is_closed()


@test
def good_pipelined():
    with Connection(P) as c:
        c.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n" * 20 + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        for _ in range(40):
            assert c.reply().body == b"hello\n"
        assert c.is_open()


@test
def good_pipelined_bodies():
    one = (POST + "Content-Length: 5\r\n\r\n12345").encode()
    two = (POST + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").encode()
    three = b"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    with Connection(P) as c:
        c.send((one + two + three) * 10)
        for _ in range(10):
            assert c.reply().body == b"12345"
            assert c.reply().body == b"abc"
            assert b'"bytes":3' in c.reply().body
        assert c.is_open()


@test
def longer_body_than_announced_is_the_next_request():
    with Connection(P) as c:
        c.send(POST + "Content-Length: 3\r\n\r\nabcGARBAGE\r\n\r\n")
        assert c.reply().body == b"abc"
        try:
            assert c.reply().status == 400
        except EOFError:
            pass
        assert c.is_closed()


@test
def connection_close_is_honored():
    with Connection(P) as c:
        c.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        reply = c.reply()
        assert reply.headers["connection"] == "close" and c.is_closed()


@test
def half_closed_peer_gets_its_reply():
    for path in ("/hello", "/health", "/slow?ms=100", "/stream?size=300000"):
        with Connection(P) as c:
            c.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
            c.socket.shutdown(socket.SHUT_WR)
            assert c.reply().status == 200, path
            assert c.is_closed(), path


@test
def half_closed_peer_with_body_gets_its_reply():
    for size in (10, 60000):
        with Connection(P) as c:
            c.send(POST + f"Content-Length: {size}\r\n\r\n" + "a" * size)
            c.socket.shutdown(socket.SHUT_WR)
            assert len(c.reply().body) == size
    for size in (10, 60000, 300000):
        with Connection(P) as c:
            c.send(f"PUT /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n" + "a" * size)
            c.socket.shutdown(socket.SHUT_WR)
            assert f'"bytes":{size},'.encode() in c.reply().body, size


@test
def idle_connection_is_closed():
    with Connection(P) as c:
        assert c.is_open()
        assert c.is_closed(within=6)


@test
def slow_head_is_cut_off():
    # A byte every 0.2 s resets every timer but the one for the whole head.
    with Connection(P) as c:
        head = b"GET /hello HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 1000
        started = time.monotonic()
        try:
            for byte in head:
                c.send(bytes([byte]))
                time.sleep(0.2)
                if time.monotonic() - started > 10:
                    raise AssertionError("still open after 10 s")
        except OSError:
            pass
        assert 2.5 < time.monotonic() - started < 8


if __name__ == "__main__":
    run()
