#!/usr/bin/env python3
"""tests/run in a small tree of its own, with suites that pass, fail, crash, hang, say nothing.

Prints TAP.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
JUNIT = """cat >"$VITRINE_JUNIT{suffix}" <<'END'
<testsuites><testsuite name="s"><testcase name="a"/><testcase name="b"/>{more}</testsuite></testsuites>
END
"""
FAILURE = '<testcase classname="s" name="c"><failure message="no"/></testcase><testcase name="d"><skipped/></testcase>'

# name, suites {file: (header, body)}, arguments, environment, status, last line, more that must be there
CASES = [
    ("TAP is counted", {"10-a": ("", "echo ok 1 - x\necho ok 2 - y\necho 1..2")}, [], {}, 0, "2 passed, 0 failed", ""),
    ("a TAP failure fails", {"10-a": ("", "echo 1..2; echo ok 1; echo not ok 2 - this one")}, [], {},
     1, "1 passed, 1 failed", "- this one"),
    ("several plans add up", {"10-a": ("", "echo 1..1; echo ok 1; echo 1..2; echo ok 1; echo ok 2")}, [], {},
     0, "3 passed, 0 failed", ""),
    ("tests that are missing from the plan fail", {"10-a": ("", "echo 1..3; echo ok 1")}, [], {},
     1, "1 passed, 1 failed", "planned 3 tests and reported 1"),
    ("nested TAP is counted once", {"10-a": ("", "echo '    ok 1 - in'; echo '    1..1'; echo ok 1 - out; echo 1..1")}, [], {},
     0, "1 passed, 0 failed", ""),
    ("a skipped test is not a passed one", {"10-a": ("", "echo ok 1 - x '# SKIP no pg'; echo ok 2; echo 1..2")}, [], {},
     0, "1 passed, 0 failed", "1 skipped"),
    ("JUnit is counted, several files too",
     {"10-a": ("", JUNIT.format(suffix="", more="") + JUNIT.format(suffix=".two", more=FAILURE) + "echo ok 1")}, [], {},
     1, "4 passed, 1 failed", "- s c"),
    ("broken JUnit fails", {"10-a": ("", 'echo "<x" >"$VITRINE_JUNIT"')}, [], {}, 1, "0 passed, 1 failed", "cannot be read"),
    ("a suite that says nothing fails", {"10-a": ("", "exit 0"), "20-b": ("", "echo ok 1; echo 1..1")}, [], {},
     1, "1 passed, 1 failed", "reported no tests"),
    ("a status counts even when all tests passed", {"10-a": ("", "echo ok 1; echo 1..1; exit 3")}, [], {},
     1, "1 passed, 1 failed", "ended with status 3"),
    ("a failure is not counted twice", {"10-a": ("", "echo not ok 1; echo 1..1; exit 1")}, [], {}, 1, "0 passed, 1 failed", ""),
    ("a suite that hangs is stopped", {"10-a": ("# timeout: 1\n", "echo ok 1; echo 1..1; sleep 60")}, [], {},
     1, "1 passed, 1 failed", "stopped after 1 s"),
    ("the log's end is shown on failure", {"10-a": ("", "echo details here; exit 2")}, [], {},
     1, "0 passed, 1 failed", "| details here"),
    ("a TAP failure is shown with its comments",
     {"10-a": ("", "echo not ok 1; echo '# because'; seq 2 99 | sed 's/^/ok /'; echo 1..99")}, [], {},
     1, "98 passed, 1 failed", "| # because"),
    ("slow suites are left out", {"10-a": ("", "echo ok 1; echo 1..1"), "20-b": ("# slow: yes\n", "echo ok 1; echo 1..1")}, [], {},
     0, "1 passed, 0 failed", ""),
    ("--slow runs them", {"10-a": ("", "echo ok 1; echo 1..1"), "20-b": ("# slow: yes\n", "echo ok 1; echo 1..1")}, ["--slow"], {},
     0, "2 passed, 0 failed", ""),
    ("so does CI", {"10-a": ("# slow: yes\n", "echo ok 1; echo 1..1")}, [], {"CI": "true"}, 0, "1 passed, 0 failed", ""),
    ("a name selects", {"10-a": ("", "echo ok 1; echo 1..1"), "20-bcd": ("", "echo not ok 1; echo 1..1")}, ["a"], {},
     0, "1 passed, 0 failed", ""),
    ("what cannot be made fails its suites and no others",
     {"10-a": ("# needs: venv\n", "echo ok 1; echo 1..1"), "20-b": ("", "echo ok 1; echo 1..1")}, [], {},
     1, "1 passed, 2 failed", "could not run: venv"),
    ("a suite that is alone runs after the others",
     {"10-a": ("# alone: yes\n", 'echo 1..1; test -e "$VITRINE_LOGS/b" && echo ok 1 || echo not ok 1'),
      "20-b": ("", 'sleep 0.5; touch "$VITRINE_LOGS/b"; echo ok 1; echo 1..1')}, [], {}, 0, "2 passed, 0 failed", ""),
    ("its folder is there and empty",
     {"10-a": ("", 'echo 1..1; test -d "$VITRINE_TMP" && test -z "$(ls "$VITRINE_TMP")" && echo ok 1')}, [], {},
     0, "1 passed, 0 failed", ""),
]


def run(suites, arguments, environment):
    with tempfile.TemporaryDirectory() as root:
        for folder in ("tests/suites", "build"):
            pathlib.Path(root, folder).mkdir(parents=True)
        shutil.copy(PROJECT / "tests/run", pathlib.Path(root, "tests/run"))
        pathlib.Path(root, "Makefile").write_text("venv:\n\tfalse\n")
        for name, (header, body) in suites.items():
            path = pathlib.Path(root, "tests/suites", name + ".sh")
            path.write_text(f"#!/bin/sh\n{header}{body}\n")
            path.chmod(0o755)
        clean = {key: value for key, value in os.environ.items()
                 if key not in ("CI", "SLOW") and not key.startswith(("VITRINE_", "MAKE"))}
        return subprocess.run([pathlib.Path(root, "tests/run"), *arguments], env=clean | environment,
                              capture_output=True, text=True, check=False)


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (name, suites, arguments, environment, status, last, more) in enumerate(CASES, 1):
        result = run(suites, arguments, environment)
        lines = result.stdout.splitlines() or [""]
        good = result.returncode == status and lines[-1] == last and more in result.stdout
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print("".join(f"# {line}\n" for line in lines + result.stderr.splitlines()), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
