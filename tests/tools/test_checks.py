#!/usr/bin/env python3
"""tools/check-rooms and tools/check-style must pass a good tree and name each offense.

Every sample breaks one rule in a tree that is otherwise clean; prints TAP.
"""
import pathlib
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
ROOMS = "# rooms\nbase:\njson: base\ncrypto: base\nstore: base json\nclient: base\n"
HEAD = "/*\n * {name} - a sample.\n */\n"


def run(check, files):
    """Writes the files into a fresh tree and runs the check there."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in ({"tools/rooms.txt": ROOMS} | files).items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([TOOLS / check, "--root", root], capture_output=True, text=True, check=False)


def sample(name, body):
    return {f"src/{name}": HEAD.format(name=name) + body}


def function(lines):
    return "int f(int a)\n{\n" + "".join(lines) + "        return a;\n}\n"


GOOD = (sample("store/a.c", '#include "store/a.h"\n#include "json/json.h"\n#include <stdio.h>\n')
        | sample("crypto/a.c", "#include <openssl/evp.h>\n")
        | sample("client/a.c", '#include "vitrine/client.h"\n#include "client/internal.h"\n'))

# name, check, files, what its output must hold
CASES = [
    ("a clean tree passes check-rooms", "check-rooms", GOOD, None),
    ("an arrow against the law", "check-rooms", sample("json/a.c", '#include "store/a.h"\n'),
     "src/json/a.c:4: json/ may not include from store/"),
    ("an arrow between rooms that do not know each other", "check-rooms", sample("json/a.h", '#include "crypto/a.h"\n'),
     "src/json/a.h:4: json/ may not"),
    ("an include without its room", "check-rooms", sample("json/a.c", '#include "json.h"\n'), "src/json/a.c:4: write"),
    ("an include with ..", "check-rooms", sample("json/a.c", '#include "json/../store/a.h"\n'), "src/json/a.c:4: write"),
    ("an internal header of another room", "check-rooms", sample("json/a.c", '#include "base/internal.h"\n'),
     "src/json/a.c:4: base/internal.h is for base/ alone"),
    ("a library that belongs to another room", "check-rooms", sample("store/a.c", "#include <sqlite3.h>\n"),
     "src/store/a.c:4: only db/ may include sqlite3.h"),
    ("a library in a subfolder", "check-rooms", sample("json/a.c", "# include <openssl/sha.h>\n"), "only crypto/"),
    ("the public face outside the client", "check-rooms", sample("json/a.c", '#include "vitrine/client.h"\n'),
     "src/json/a.c:4: json/ may not"),
    ("a header that does not say its name", "check-rooms", {"src/json/a.h": "/* nothing */\n"}, "src/json/a.h:1:"),
    ("a header that says another name", "check-rooms", {"src/json/a.h": HEAD.format(name="json/b.h")}, "src/json/a.h:1:"),
    ("a folder that is no room", "check-rooms", sample("attic/a.c", ""), "src/attic/a.c:1: attic is not a room"),
    ("a cycle in the table", "check-rooms", {"tools/rooms.txt": "base: json\njson: base\n"}, "rooms.txt:1: base names json"),
    ("a room that stands twice", "check-rooms", {"tools/rooms.txt": "base:\nbase:\n"}, "rooms.txt:2:"),

    ("a clean tree passes check-style", "check-style",
     sample("json/a.c", '/* strcpy(a, b) and printf() in a comment */\nconst char *s = "strcpy(x)";\n'
            + function(["        a++;\n"] * 90)), None),
    ("a file too long", "check-style", sample("json/a.c", "int a;\n" * 900), "903 lines; the cap is 900"),
    ("a function too long", "check-style", sample("json/a.c", function(["        a++;\n"] * 110)), "f() has 114 lines"),
    ("a function too tangled", "check-style",
     sample("json/a.c", function([f"        if (a == {i})\n                a = {i + 7};\n" for i in range(30)])),
     "f() has complexity 31"),
    ("a long table is fine", "check-style", sample("json/a.c", "int t[] = {\n" + "        1,\n" * 300 + "};\n"), None),
    ("a banned call", "check-style", sample("json/a.c", "int a = atoi (b);\n"), "src/json/a.c:4: atoi() is banned"),
    ("a name that ends like a banned call", "check-style", sample("json/a.c", "int a = my_atoi(b);\n"), None),
    ("a room that prints", "check-style", sample("json/a.c", 'int a = printf("x");\n'), "src/json/a.c:4: a room does not print"),
    ("the program may print", "check-style", sample("server/a.c", 'int a = printf("x");\n'), None),
    ("so may a helper program", "check-style", sample("json/table_main.c", 'int a = puts("x");\n'), None),
    ("a mark left behind", "check-style", {"README.md": "TO" "DO: write\n"}, "README.md:1: TO" "DO left behind"),
    ("a tab in code", "check-style", sample("json/a.c", "\tint a;\n"), "src/json/a.c:4: a tab"),
    ("a tab in a Makefile is fine", "check-style", {"Makefile": "all:\n\ttrue\n"}, None),
    ("blanks at the end of a line", "check-style", {"a.md": "word \n"}, "a.md:1: blanks"),
    ("no newline at the end", "check-style", {"a.md": "word"}, "a.md:1: no newline"),
    ("a path of somebody's machine", "check-style", {"a.md": "see /home/" "me/notes\n"}, "a.md:1: a path"),
    ("a lock file with addresses", "check-style", {"tests/x-lock.json": '"resolved"' ': "https://x"\n'},
     "tests/x-lock.json:1: names where"),
    ("samples and build folders are not judged", "check-style",
     {"tests/data/a.md": "word \n", "build-x/a.md": "word \n", "node_modules/a.md": "word \n"}, None),
]


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (name, check, tree, expected) in enumerate(CASES, 1):
        result = run(check, tree)
        if expected is None:
            good = result.returncode == 0 and not result.stdout
        else:
            good = result.returncode == 1 and expected in result.stdout
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {check}: {name}")
        if not good:
            print("".join(f"# {line}\n" for line in (result.stdout + result.stderr).splitlines()), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
