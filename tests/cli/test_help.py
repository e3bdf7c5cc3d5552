"""Help, man pages and completions: all from one table, none of them broken."""
import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import termios
import time

import pytest

import command


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """No server, no key."""
    return command.Place(tmp_path_factory.mktemp("bare"))


def words_of(bare):
    """All commands, from the overview."""
    found = re.findall(r"^  ([a-z]+(?: [a-z]+)?) {2,}[A-Z]", bare.ok("--help").out, re.M)
    assert len(found) >= 30
    return found


def test_overview_names_every_command(bare):
    words = words_of(bare)
    for word in ["push", "pull", "use", "link", "unlink", "ls", "show", "alias add", "alias rm", "alias history", "tag",
                 "verify", "diff", "login", "whoami", "cache info", "cache prune", "completion",
                 *(f"registry {w}" for w in ["list", "show", "create", "edit", "delete", "members"]),
                 *(f"collection {w}" for w in ["list", "show", "create", "edit", "delete"])]:
        assert word in words
    nothing = bare.run()
    assert all(len(line) <= 79 for line in nothing.err.splitlines())
    assert (nothing.status, nothing.out) == (2, "") and nothing.err == bare.ok("--help").out


def test_every_command_explains_itself(bare):
    for word in words_of(bare):
        text = bare.ok(*word.split(), "--help").out
        assert text == bare.ok("help", *word.split()).out
        assert text.startswith(f"usage: vitrine {word}")
        assert all(len(line) <= 79 for line in text.splitlines()), word
        assert "--json" in text and "Exit status" in text


def test_groups_explain_themselves(bare):
    for group in ["registry", "collection", "alias", "cache"]:
        text = bare.ok(group, "--help").out
        assert text.count(f"\n  {group} ") >= 2
        assert bare.fails(2, group) == f"{group} what? See vitrine {group} --help."


def test_help_needs_neither_server_nor_key(bare):
    bare.ok("push", "--help", VITRINE_BASE_URL="http://127.0.0.1:9")


def test_version(bare):
    assert re.fullmatch(r"vitrine \d+\.\d+\.\d+\n", bare.ok("--version").out)


def test_options_may_stand_in_front_of_the_command(bare):
    assert bare.ok("--json", "push", "--help").out == bare.ok("push", "--help").out
    assert bare.ok("--server", "http://x", "-q", "registry", "list", "--help").out == bare.ok("registry", "list", "--help").out


def man(bare, *word):
    return bare.ok("--man", *word).out


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff")
def test_man_pages_are_good_roff(bare):
    for word in [None, *sorted({w.split()[0] for w in words_of(bare)})]:
        page = man(bare, word) if word else man(bare)
        done = subprocess.run(["groff", "-t", "-man", "-ww", "-Tutf8"], input=page, capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr == "", (word, done.stderr)
        text = re.sub(r".\x08", "", re.sub(r"\x1b\[[\d;]*m", "", done.stdout))
        assert "EXIT STATUS" in text and "NAME" in text


def test_man_pages_say_what_help_says(bare):
    for word in words_of(bare):
        page = man(bare, word.split()[0]).replace("\\-", "-")
        for option in re.findall(r"(--[a-z-]+)", bare.ok(*word.split(), "--help").out.partition("Options:\n")[2]
                                 .partition("\nServer, key")[0].partition("\nOutput:")[0]):
            assert option in page or option in man(bare).replace("\\-", "-"), (word, option)


def test_every_exit_status_is_in_the_man_page(bare):
    """The numbers of --help and those of the man page are the same ones."""
    numbers = re.findall(r"(\d+) ", bare.ok("--help").out.partition("Exit status:")[2])
    page = man(bare)
    assert len(numbers) >= 15
    for number in numbers:
        assert re.search(rf"^{number}\|T{{$", page, re.M), number


def complete(bare, *words):
    """What bash would offer for the last word."""
    script = bare.ok("completion", "bash").out + r"""
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vitrine; printf '%s\n' "${COMPREPLY[@]}"
"""
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, cwd=bare.work)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split()


def test_bash_completes_commands_options_and_files(bare):
    bare.write("model.bin", "x")
    (bare.work / "folder").mkdir(exist_ok=True)
    assert complete(bare, "vitrine", "pu") == ["push", "pull"]
    assert complete(bare, "vitrine", "registry", "") == ["list", "show", "create", "edit", "delete", "members"]
    assert complete(bare, "vitrine", "push", "--lin") == ["--link"]
    assert complete(bare, "vitrine", "push", "mod") == ["model.bin"]
    assert complete(bare, "vitrine", "pull", "x", "--root", "") == ["folder"]
    assert complete(bare, "vitrine", "registry", "create", "x", "--visibility", "r") == ["restricted"]
    assert complete(bare, "vitrine", "completion", "") == ["bash", "zsh", "fish"]
    assert complete(bare, "vitrine", "push", "--type", "") == []
    # Options in front of the command; bash parts what is typed at ':' and '='.
    assert complete(bare, "vitrine", "--server", "http", ":", "//x", ":", "80", "pu") == ["push", "pull"]
    assert complete(bare, "vitrine", "-q", "--server", "=", "http", ":", "//x", "registry", "li") == ["list"]
    assert complete(bare, "vitrine", "help", "pu") == ["push", "pull"]


# What each shell offers behind these words; the same for all of them, whatever way they show it.
OFFERS = [
    ("vitrine pu", ["pull", "push"]),
    ("vitrine registry ", ["create", "delete", "edit", "list", "members", "show"]),
    ("vitrine cache pr", ["prune"]),
    ("vitrine push --lin", ["--link"]),
    ("vitrine registry show --js", ["--json"]),
    ("vitrine registry create x --visibility ", ["organization", "restricted"]),
    ("vitrine completion ", ["bash", "fish", "zsh"]),
    ("vitrine push mod", ["model.bin"]),
]


@pytest.fixture
def some_files(bare):
    bare.write("model.bin", "x")
    return bare


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish")
@pytest.mark.parametrize("line,offered", OFFERS + [("vitrine push --visi", []), ("vitrine list", []), ("vitrine pull x --ro", ["--root"])])
def test_fish_completes(some_files, line, offered):
    script = some_files.write("vitrine.fish", some_files.ok("completion", "fish").out)
    done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], capture_output=True, text=True,
                          cwd=some_files.work, env=some_files.environment())
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert sorted(answer.split("\t")[0] for answer in done.stdout.splitlines()) == offered


def zsh_shows(place, line):
    """A zsh at a terminal, with its completion loaded as its users load it; what it lists for the line (Ctrl-D)."""
    place.write("functions/_vitrine", place.ok("completion", "zsh").out)
    process, ours = start_at_terminal(["zsh", "-f", "-i"], place)
    try:
        say(ours, "fpath=(./functions $fpath); autoload -Uz compinit; compinit -u -D; unsetopt BEEP; PS1='> '; "
            "echo loa''ded\n")
        # Keys that come before the prompt are lost; what it ends with is zsh saying that it is ready for them.
        text = read_until(ours, "\nloaded\r\n")
        assert "\nloaded" in text
        if "\x1b[?2004h" not in text.rpartition("\nloaded")[2]:
            read_until(ours, "\x1b[?2004h", 3)
        say(ours, line + "\x04")
        text = read_until(ours, None)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    # "word  -- what it is", or several words in a line.
    return [word for line in text.split("\r\n")[1:-1] for word in line.partition(" -- ")[0].split()]


def start_at_terminal(words, place):
    ours, its = pty.openpty()
    process = subprocess.Popen(words, cwd=place.work, env=place.environment(TERM="dumb", PS1="> "), stdin=its, stdout=its, stderr=its,
                               start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    os.close(its)
    return process, ours


def say(terminal, text):
    os.write(terminal, text.encode())


def read_until(terminal, end, seconds=20):
    """end None: until it has been silent for a second behind a line end, or for longer without one."""
    text, limit, silent_s = "", time.monotonic() + seconds, 0
    while time.monotonic() < limit and not (end and end in text):
        if select.select([terminal], [], [], 0.5)[0]:
            text, silent_s = text + os.read(terminal, 65536).decode(errors="replace"), 0
            continue
        silent_s += 0.5
        if not end and silent_s >= (1 if "\r\n" in text else 5):
            break
    return text


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
@pytest.mark.parametrize("line,offered", OFFERS)
def test_zsh_completes(some_files, line, offered):
    shown = zsh_shows(some_files, line)
    assert sorted(shown) == offered


def test_mistyped_words_are_answered_with_the_right_ones(bare):
    assert bare.fails(2, "puhs") == "There is no command 'puhs': did you mean 'push'?"
    assert bare.fails(2, "registry", "ilst") == "There is no command 'registry ilst': did you mean 'registry list'?"
    assert bare.fails(2, "push", "--typ", "x") == "There is no option --typ here: did you mean --type?"
    assert bare.fails(2, "frobnicate") == "There is no command 'frobnicate': see vitrine --help."
    assert bare.fails(2, "completion", "tcsh") == "There are completions for bash, zsh and fish, not for 'tcsh'."


def test_every_first_word_has_a_man_page_in_the_build(bare):
    listed = re.search(r"pages = \[(.*?)\]", (command.ROOT / "man/meson.build").read_text(), re.S).group(1)
    assert sorted(re.findall(r"'(\w+)'", listed)) == sorted({w.split()[0] for w in words_of(bare)})


def test_man_pages_lead_to_pages_that_are_there(bare):
    listed = set(re.findall(r"\\fB([\w-]+)\\fR\((\d)\)", man(bare).partition(".SH SEE ALSO")[2].replace("\\-", "-")))
    pages = re.findall(r"'(\w+)'", re.search(r"pages = \[(.*?)\]", (command.ROOT / "man/meson.build").read_text(), re.S).group(1))
    assert listed == {(f"vitrine-{page}", "1") for page in pages} | {("libvitrine", "3")}


def test_documentation_has_every_exit_status(bare):
    page = (command.ROOT / "docs/command.md").read_text()
    for number in re.findall(r"(\d+) ", bare.ok("--help").out.partition("Exit status:")[2]):
        assert f"\n| {number} | " in page
