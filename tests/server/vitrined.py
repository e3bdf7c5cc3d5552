"""Helpers of tests/server/test_*.py: run vitrined's commands, start a server, talk to it.

Standard library only. A test is a function decorated with @test; run() prints TAP.
"""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse

BUILD = pathlib.Path(os.environ.get("VITRINE_BUILD") or "build").resolve()
PROGRAM = BUILD / "vitrined"
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run():
    """Run what @test collected; exit status 1 when something failed."""
    only = sys.argv[1:]
    tests = [t for t in TESTS if not only or t.__name__ in only]
    failed = 0
    print("TAP version 13", flush=True)
    for number, function in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} - {function.__module__} {function.__name__}", flush=True)
        except Exception as error:  # a test reports any failure and the next one runs
            if getattr(error, "skip", False):
                print(f"ok {number} - {function.__module__} {function.__name__} # SKIP {error}", flush=True)
                continue
            failed += 1
            print(f"not ok {number} - {function.__module__} {function.__name__}")
            for line in traceback.format_exc().rstrip().splitlines():
                print("# " + line)
            sys.stdout.flush()
    print(f"1..{len(tests)}")
    return 1 if failed else 0


@contextlib.contextmanager
def folder():
    """A directory that is gone afterwards; the data directory is a place inside it that is not there yet."""
    path = tempfile.mkdtemp(prefix="vitrined-test-", dir=os.environ.get("VITRINE_TMP"))
    try:
        yield pathlib.Path(path) / "data"
    finally:
        shutil.rmtree(path)


def clean_environment(**more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VITRINE_") or k == "VITRINE_TMP"}
    environment.update(more)
    return environment


class Result:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)


def command(*words, data=None, stdin="", environment=None, timeout=60):
    """Run vitrined; never raises for an exit status."""
    words = [str(PROGRAM), *map(str, words)]
    if data is not None:
        words += ["--data", str(data)]
    return Result(subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout,
                                 env=clean_environment(**(environment or {}))))


def succeed(*words, **options):
    result = command(*words, **options)
    assert result.status == 0, (words, result.status, result.err)
    return result


class Reply:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class Server:
    """vitrined serve on a port of its own."""

    def __init__(self, data, *options, environment=None):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([str(PROGRAM), "serve", "--data", str(data), "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env=clean_environment(**(environment or {})))
        self.said = ""
        self.told = False
        for line in self.process.stdout:
            self.said += line
            if line.startswith("listening on "):
                break
        else:
            raise AssertionError(f"serve ended with {self.process.wait()}: {self.read_log()}")
        self.url = line.split()[2]
        self.host = urllib.parse.urlsplit(self.url).netloc

    def read_log(self):
        self.log.seek(0)
        return self.log.read()

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Reply(response, response.read())
        finally:
            connection.close()

    def graphql(self, query, key=None, variables=None, headers=None, **more):
        body = json.dumps({"query": query, "variables": variables, **more})
        all_headers = {"Content-Type": "application/json", **(headers or {})}
        if key is not None:
            all_headers["Authorization"] = basic(key)
        return self.request("POST", "/graphql", body, all_headers)

    def stop(self):
        """The exit status. A second signal would end it at once, so only one is sent."""
        if self.process.poll() is None and not self.told:
            self.tell(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        return status

    def tell(self, number):
        self.told = True
        self.process.send_signal(number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()


def basic(key, user="api"):
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
