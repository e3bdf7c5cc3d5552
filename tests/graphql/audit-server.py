#!/usr/bin/env python3
"""Runs audit.mjs against a fresh vitrined; its exit status is the audits'."""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "server"))
sys.dont_write_bytecode = True

from vitrined import Server, folder, succeed  # noqa: E402

with folder() as data:
    succeed("user", "add", "auditor", data=data)
    server = Server(data)
    try:
        status = subprocess.run(["node", str(HERE / "audit.mjs"), f"{server.url}/graphql"], timeout=120).returncode
    finally:
        server.stop()
sys.exit(status)
