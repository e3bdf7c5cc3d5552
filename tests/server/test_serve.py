"""vitrined serve: settings, health, first run, stopping, logs."""
import os
import re
import signal
import socket
import threading
import time

from vitrined import Server, basic, command, folder, succeed, test, wait_until


@test
def health_and_readiness():
    with folder() as data, Server(data) as server:
        assert server.request("GET", "/healthz").text() == "ok\n"
        for path in ("/readyz", "/ready"):
            reply = server.request("GET", path)
            assert reply.status == 200 and reply.text() == "ready\n"
        assert server.request("HEAD", "/healthz").status == 200


@test
def unknown_addresses_are_404():
    with folder() as data, Server(data, "--plain-pages") as server:
        for method, path in (("POST", "/oidc/token"), ("POST", "/sdk/otel/v1/metrics"), ("POST", "/sdk/otel/v1/logs"),
                             ("GET", "/nothing"), ("GET", "/orgs/x/registry/y"), ("GET", "/team/project/runs/id")):
            reply = server.request(method, path, "grant_type=x" if method == "POST" else None)
            assert reply.status == 404, (path, reply.status)
            assert reply.json()["code"] == "NOT_FOUND"
        page = server.request("GET", "/nothing", headers={"Accept": "text/html"})
        assert page.status == 404 and "<!DOCTYPE html>" in page.text()


@test
def first_run_shows_secrets_once():
    with folder() as data:
        with Server(data, "--first-run") as server:
            key = re.search(r"WANDB_API_KEY=([A-Za-z0-9]{40})\n", server.said).group(1)
            password = re.search(r"password (\S+)", server.said).group(1)
            url = re.search(r"WANDB_BASE_URL=(\S+)", server.said).group(1)
            assert url == server.url.replace("127.0.0.1", "localhost")
            query = "{viewer{username entity admin organizations{name orgEntity{name projects{edges{node{name}}}}}}}"
            viewer = server.graphql(query, key).json()["data"]["viewer"]
            assert (viewer["username"], viewer["entity"], viewer["admin"]) == ("admin", "team", True)
            registries = {e["node"]["name"] for e in viewer["organizations"][0]["orgEntity"]["projects"]["edges"]}
            assert registries == {"wandb-registry-model", "wandb-registry-dataset"}
            assert key not in server.read_log() and password not in server.read_log()
            snippet = re.search(r"^    import .*?(?=\n\n)", server.said, re.S | re.M).group(0)
            assert len(snippet.splitlines()) == 5
            compile("\n".join(line[4:] for line in snippet.splitlines()), "snippet", "exec")
        with Server(data, "--first-run") as server:
            assert key not in server.said and password not in server.said and "WANDB_API_KEY" not in server.said
            assert "/login" in server.said
            assert server.graphql("{viewer{username}}", key).status == 200


@test
def one_server_per_data_directory():
    with folder() as data, Server(data):
        second = command("serve", "--listen", "127.0.0.1:0", data=data)
        assert second.status == 4 and "Another server" in second.err


@test
def settings_come_from_flags_environment_and_file_in_this_order():
    with folder() as data:
        succeed("init", data=data)
        file = data / "vitrined.conf"
        file.write_text('# a comment\n[vitrined]\npublic-url = "https://file.example/"\nlog-level = error\n')

        def shown_url(*options, environment=None):
            with Server(data, *options, environment=environment) as server:
                return server.request("GET", "/-/session").json()["baseUrl"]

        assert shown_url("--config", str(file)) == "https://file.example"
        environment = {"VITRINE_CONFIG": str(file), "VITRINE_PUBLIC_URL": "https://environment.example"}
        assert shown_url(environment=environment) == "https://environment.example"
        assert shown_url("--public-url", "https://flag.example/base/", environment=environment) == \
            "https://flag.example/base"
        for text in ("nonsense = 1\n", "public-url\n", "config = x\n"):
            file.write_text(text)
            result = command("serve", "--config", file, data=data)
            assert result.status == 2 and str(file) + ":1:" in result.err, result.err
        for options in (["--listen", "nowhere"], ["--listen", "127.0.0.1:99999"], ["--public-url", "ftp://x"],
                        ["--log-level", "loud"], ["--workers", "-1"], ["--drain-seconds", "x"]):
            assert command("serve", *options, data=data).status == 2, options
        assert command("serve", "--config", data / "none", data=data).status == 3


@test
def address_in_use_is_one_clear_line():
    with folder() as data, Server(data) as server, folder() as other:
        result = command("serve", "--listen", server.host, data=other)
        assert result.status == 1 and server.host.split(":")[1] in result.err
        assert [line for line in result.err.splitlines() if line.startswith("vitrined: ")], result.err


@test
def forwarded_headers_count_only_when_trusted():
    with folder() as data:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "outside.example"}
        with Server(data) as server:
            assert "outside.example" not in server.request("GET", "/-/session", headers=headers).text()
        with Server(data, "--trust-forwarded") as server:
            assert server.request("GET", "/-/session", headers=headers).json()["baseUrl"] == "https://outside.example"


@test
def odd_host_headers_are_refused():
    with folder() as data, Server(data) as server:
        for host in ("a b", 'x"onload=', "x/y", "<b>", "", "x" * 300):
            reply = server.request("GET", "/-/session", headers={"Host": host})
            assert reply.status == 400, (host, reply.status)


@test
def log_has_one_line_per_request_and_no_secrets():
    with folder() as data:
        key = succeed("user", "add", "alice", data=data).out.strip()
        with Server(data) as server:
            server.request("GET", "/nothing?token=query-secret", headers={"X-Request-Id": "my-id-1"})
            reply = server.graphql("{viewer{username}}", key, headers={"Cookie": "vitrine_session=cookie-secret"})
            wait_until(lambda: server.read_log().count("event=request") == 2)
            log = server.read_log()
        assert "id=my-id-1" in log and "status=404" in log
        line = next(line for line in log.splitlines() if 'route="/graphql"' in line)
        assert re.search(r"status=200 bytes=\d+ ms=\d+\.\d+ user=\"alice\"", line), line
        assert f"id={reply.headers['X-Request-Id']} " in line
        for secret in (key, basic(key).split()[1], "query-secret", "cookie-secret"):
            assert secret not in log


@test
def stop_answers_what_is_in_flight():
    """A request whose body is still coming when SIGTERM arrives is answered; new connections are not."""
    with folder() as data:
        key = succeed("user", "add", "alice", data=data).out.strip()
        server = Server(data)
        host, port = server.host.split(":")
        body = b'{"query":"{viewer{username}}"}'
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                               b"Authorization: " + basic(key).encode() +
                               b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\nExpect: 100-continue\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")   # it has begun
            connection.sendall(body[:5])
            server.tell(signal.SIGTERM)
            wait_until(lambda: "event=stopping" in server.read_log())
            time.sleep(0.5)
            assert server.process.poll() is None, "it waits for the request"
            connection.sendall(body[5:])
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200") and b'"alice"' in answer, answer
        assert server.stop() == 0
        assert "event=stopped clean=yes" in server.read_log()
        server.log.close()


@test
def a_second_signal_stops_at_once():
    with folder() as data:
        server = Server(data)
        host, port = server.host.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                               b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")   # it has begun
            server.tell(signal.SIGTERM)
            wait_until(lambda: "event=stopping" in server.read_log())
            server.tell(signal.SIGTERM)
            assert server.process.wait(timeout=5) == -signal.SIGTERM
        server.stop()
        server.log.close()


@test
def stop_is_bounded():
    with folder() as data:
        server = Server(data, "--drain-seconds", "1")
        host, port = server.host.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                               b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")   # it has begun
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 10
        server.log.close()


@test
def systemd_is_told():
    with folder() as data:
        path = str(data.parent / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            receiver.bind(path)
            receiver.settimeout(20)
            with Server(data, environment={"NOTIFY_SOCKET": path}) as server:
                assert receiver.recv(100) == b"READY=1"
                server.tell(signal.SIGINT)
                assert receiver.recv(100) == b"STOPPING=1"
            assert server.process.returncode == 0


@test
def data_of_a_newer_program_is_refused():
    import sqlite3

    with folder() as data:
        succeed("init", data=data)
        with sqlite3.connect(data / "vitrine.db") as database:
            database.execute("UPDATE schema_migration SET number = number + 1000 WHERE number = (SELECT max(number) FROM schema_migration)")
        database.close()
        result = command("user", "list", data=data)
        assert result.status in (1, 4) and result.err.startswith("vitrined: "), result.err


@test
def many_requests_at_once():
    with folder() as data:
        key = succeed("user", "add", "alice", data=data).out.strip()
        with Server(data) as server:
            bad = []

            def ask():
                for _ in range(10):
                    reply = server.graphql("{viewer{username}}", key)
                    if reply.status != 200 or reply.json()["data"]["viewer"]["username"] != "alice":
                        bad.append(reply.status)

            threads = [threading.Thread(target=ask) for _ in range(40)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not bad


@test
def unwritable_data_directory_is_one_clear_line():
    if os.geteuid() == 0:
        path = "/proc/nowhere"
        result = command("init", "--data", path)
    else:
        result = command("init", "--data", "/nowhere")
    assert result.status == 1 and result.err.count("\n") == 1, result.err
