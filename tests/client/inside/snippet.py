"""Runs one snippet inside a client's virtual environment: snippet.py FILE OUTCOME.

The snippet finds the name `result`, a dict. What it puts there is written to OUTCOME as JSON,
with "error" when it raised: the exception's type and text, with the texts of what caused it; then the
status is 1. text_of(error) gives the same text for an exception that the snippet caught, attempt(function, ...) that of
what the function raises, or None.
"""
import json
import pathlib
import sys
import traceback

file, outcome = map(pathlib.Path, sys.argv[1:])


def text_of(error):
    texts = []
    while error:
        texts.append(str(error))
        error = error.__cause__ or (error.__context__ if not error.__suppress_context__ else None)
    return " <- ".join(texts)


def attempt(function, *arguments, **named):
    try:
        function(*arguments, **named)
    except Exception as error:
        return text_of(error) or type(error).__name__


names = {"__name__": "__main__", "__file__": str(file), "result": {}, "text_of": text_of,
         "attempt": attempt}
status = 0
try:
    exec(compile(file.read_text(), str(file), "exec"), names)
except Exception as error:
    traceback.print_exc()
    names["result"]["error"] = {"type": type(error).__name__, "text": text_of(error)}
    status = 1
outcome.write_text(json.dumps(names["result"]))
sys.exit(status)
