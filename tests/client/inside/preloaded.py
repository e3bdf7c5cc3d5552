"""Imports the client once and runs many snippets, each in a process forked off: preloaded.py FD.

FD is a socket. A line of JSON asks for a snippet: {"file", "outcome", "folder", "environment", "output"}; it is run as
snippet.py would run it, in that folder with that environment, what it prints going to that file. Answers, a line
each: {"started": pid}, in the order of the requests, and {"ended": pid, "status": number}.

What a process inherits is the imported client and nothing that it has done: no run, no thread, no connection.
"""
import gc
import json
import os
import pathlib
import random
import runpy
import select
import signal
import socket
import sys
import tempfile

import wandb  # noqa: F401

SNIPPET = pathlib.Path(__file__).with_name("snippet.py")


def report_ended(channel):
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        channel.sendall(json.dumps({"ended": pid, "status": os.waitstatus_to_exitcode(status)}).encode() + b"\n")


def become(request):
    """Leaves nothing of the process that forked this one."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    tempfile.tempdir = None
    # The client makes one when it is imported, and the first process to end would remove it.
    for made in gc.get_objects():
        if type(made) is tempfile.TemporaryDirectory:
            made._finalizer.detach()
            made.__init__(suffix="wandb-media")
        elif type(made) is random.Random:  # or all processes invent the same names
            made.seed()
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for fd in (1, 2):
        os.dup2(output, fd)
    os.close(output)
    sys.argv = [str(SNIPPET), request["file"], request["outcome"]]
    sys.path[0] = str(SNIPPET.parent)


def next_snippet():
    """In the forked processes, its request; None in the first one, when there is nothing more to do."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    ended, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakeup)
    asked = b""
    while True:
        ready = select.select([channel, ended], [], [])[0]
        if ended in ready:
            os.read(ended, 4096)
            report_ended(channel)
        if channel not in ready:
            continue
        data = channel.recv(65536)
        if not data:
            return None
        *lines, asked = (asked + data).split(b"\n")
        for line in lines:
            pid = os.fork()
            if pid == 0:
                become(json.loads(line))
                for fd in (ended, wakeup):
                    os.close(fd)
                channel.close()
                return sys.argv
            channel.sendall(json.dumps({"started": pid}).encode() + b"\n")


if next_snippet():
    runpy.run_path(str(SNIPPET), run_name="__main__")
