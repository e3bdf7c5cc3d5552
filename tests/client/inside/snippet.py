"""Runs one snippet inside a client's virtual environment: snippet.py FILE OUTCOME.

The snippet finds the name `result`, a dict. What it puts there is written to OUTCOME as JSON,
with "error" (the exception's type and text) when it raised; then the status is 1.
"""
import json
import pathlib
import sys
import traceback

file, outcome = map(pathlib.Path, sys.argv[1:])
names = {"__name__": "__main__", "__file__": str(file), "result": {}}
status = 0
try:
    exec(compile(file.read_text(), str(file), "exec"), names)
except Exception as error:
    traceback.print_exc()
    names["result"]["error"] = {"type": type(error).__name__, "text": str(error)}
    status = 1
outcome.write_text(json.dumps(names["result"]))
sys.exit(status)
