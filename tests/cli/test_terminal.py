"""At a terminal: the bar, the question for a key, colors; and none of that elsewhere."""
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

import command


def screen(text):
    """What is left on the screen: each line after the last carriage return in it."""
    return [re.sub(r"\x1b\[[\d;]*[mK]", "", line.split("\r")[-1]) for line in text.replace("\r\n", "\n").split("\n")]


@pytest.fixture
def big(place):
    place.write("big.bin", os.urandom(8 << 20))
    for number in range(20):
        place.write(f"d/{number}", os.urandom(1000))
    return place


def test_a_bar_is_drawn_and_taken_away(big):
    status, text = big.terminal("push", "big.bin", "d", "thing", "-t", "model")
    assert status == 0, text
    assert re.search(r"(Hashing|Uploading) +\[[=> ]*\].*\d+%", re.sub(r"\x1b\[[\d;]*m", "", text)), text
    left = screen(text)
    assert not any("%" in line for line in left), left
    assert any(re.match(r"Uploaded 21 files, 8\.\d MiB in ", line) for line in left), left
    assert left[-2].endswith("thing:v0")


def test_bars_fit_the_terminal(big):
    status, text = big.terminal("push", "big.bin", "thing", "-t", "model", columns=40)
    assert status == 0
    for line in re.split(r"[\r\n]", re.sub(r"\x1b\[[\d;]*[mK]", "", text)):
        assert len(line) <= 40 or "%" not in line, line


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color_where_it_is_not_wanted(big, environment):
    status, text = big.terminal("push", "big.bin", "thing", "-t", "model", **environment)
    assert status == 0 and not re.search(r"\x1b\[[\d;]*m", text)
    _, text = big.terminal("show", "nothing-at-all", **environment)
    assert not re.search(r"\x1b\[[\d;]*m", text) and "vitrine: " in text


def test_errors_are_marked_on_a_terminal(place):
    status, text = place.terminal("show", "nothing-at-all")
    assert status == 3 and "\x1b[1;31mvitrine:\x1b[0m " in text


def test_progress_can_be_chosen(big):
    status, text = big.terminal("push", "big.bin", "thing", "-t", "model", "--progress", "plain")
    assert status == 0 and "%" not in text and "Uploaded 1 file, 8.0 MiB" in text
    assert "%" in big.run("pull", "thing", "--progress", "bar").err
    assert big.ok("pull", "thing", "--root", "x", "--progress", "none").err == ""


def test_the_key_is_asked_for_and_not_shown(place, team):
    status, text = place.terminal("login", VITRINE_API_KEY=None, answers=[("it is not shown", team.user.key)])
    assert status == 0, text
    assert team.user.key not in text
    assert f"Signed in to {place.server.url} as {team.user.name}." in text
    assert team.user.key in (place.home / ".netrc").read_text()
    assert place.json("whoami", VITRINE_API_KEY=None)["user"] == team.user.name
    place.ok("logout", VITRINE_API_KEY=None)
    place.fails(5, "whoami", VITRINE_API_KEY=None)


def test_deletions_are_asked_about(place):
    place.ok("registry", "create", "Doomed")
    status, text = place.terminal("registry", "delete", "Doomed", answers=[("type its name: ", "doomed")])
    assert status == 2 and "nothing was changed" in text
    place.ok("registry", "show", "Doomed")
    status, text = place.terminal("registry", "delete", "Doomed", answers=[("type its name: ", "Doomed")])
    assert status == 0, text
    place.fails(3, "registry", "show", "Doomed")


def test_names_cannot_drive_the_terminal(place):
    place.write("d/a\x1b[2Jb", "x")
    place.ok("push", "d", "thing", "-t", "model")
    assert "a\x1b[2Jb" in place.ok("ls", "thing").out
    status, text = place.terminal("ls", "thing")
    assert status == 0 and "\x1b[2J" not in text and "a?[2Jb" in text


def wait_until_caught(pid, number):
    deadline = time.monotonic() + 20
    while True:
        caught, = [int(line.split()[1], 16) for line in open(f"/proc/{pid}/status") if line.startswith("SigCgt:")]
        if caught >> number - 1 & 1:
            return
        assert time.monotonic() < deadline, "it does not listen for signals"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(place, number):
    os.truncate(place.write("big", ""), 8 << 30)  # takes no room, and seconds to read
    process = place.start("push", "big", "thing", "-t", "model")
    wait_until_caught(process.pid, number)
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "vitrine: Interrupted: the same command goes on where this one stopped."


def test_interrupted_questions_leave_the_terminal_as_it_was(place):
    """Ctrl-C, typed at the question for the key and at the one before a deletion."""
    place.ok("registry", "create", "Kept")
    for words, asked, said in [(["login"], "it is not shown", "Interrupted: nothing was stored."),
                               (["registry", "delete", "Kept"], "type its name: ", "Interrupted: nothing was changed.")]:
        status, text = place.terminal(*words, answers=[(asked, "\x03")], VITRINE_API_KEY=place.user.key)
        assert status == 130 and said in text, text
    place.ok("registry", "show", "Kept")
    assert not (place.home / ".netrc").exists()


def test_tables_fit_the_terminal(place, team):
    place.ok("registry", "create", "Wide", "--description", "words and " * 20 + "the end")
    place.ok("registry", "create", "日本語", "--description", "short")
    status, text = place.terminal("registry", "list", columns=70)
    lines = screen(text)
    assert status == 0 and lines[0].split() == ["NAME", "VISIBILITY", "PATH", "DESCRIPTION"] or "TYPES" in lines[0]
    assert all(len(line) <= 70 for line in lines), lines
    wide, = [line for line in lines if line.startswith("Wide ")]
    assert wide.endswith("…") and "the end" not in wide
    # Two columns for each of the three letters: all that follows stands in line.
    assert next(line for line in lines if line.startswith("日本語")).index("organization") == wide.index("organization") - 3
    assert "the end" in place.ok("registry", "list").out, "who reads through a pipe gets all of it"
    status, text = place.terminal("registry", "show", "Wide", columns=70)
    assert status == 0 and all(len(line) <= 70 for line in screen(text)) and "the end" in text
    place.write("f", "f")
    place.ok("push", "f", "plain", "-t", "model")
    status, text = place.terminal("ls", "-l", "plain")
    assert "REFERENCE" not in text and "REFERENCE" in place.ok("ls", "-l", "plain").out


def test_errors_cannot_drive_the_terminal(place):
    status, text = place.terminal("show", "a\x1b[2Jb")
    assert status in (2, 3) and "\x1b[2J" not in text, text


@pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux")
def test_in_tmux(big, tmp_path):
    """A real terminal's idea of it: the finished screen has the result and nothing left of the bar."""
    socket = str(tmp_path / "tmux")
    tmux = lambda *words: subprocess.run(["tmux", "-S", socket, *words], capture_output=True, text=True)  # noqa: E731
    line = " ".join(f"{k}='{v}'" for k, v in big.environment().items() if k.startswith(("VITRINE_", "HOME")))
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "90", "-y", "24",
         f"cd {big.work} && env {line} {command.VITRINE} push big.bin d thing -t model; echo status $?; sleep 60")
    try:
        deadline = time.monotonic() + 60
        while "status" not in (shown := tmux("capture-pane", "-p").stdout):
            assert time.monotonic() < deadline, shown
            time.sleep(0.1)
    finally:
        tmux("kill-server")
    lines = [line for line in shown.splitlines() if line]
    assert lines[-1] == "status 0" and lines[-2].endswith("/thing:v0"), shown
    assert lines[-3].startswith("Uploaded 21 files") and "%" not in shown
