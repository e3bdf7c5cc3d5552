"""Fixtures of the tests that talk to vitrined by hand; see place.py."""
import subprocess

import pytest

import place as places


def pytest_configure(config):
    config.addinivalue_line("markers", "extra_mib(n): a test that may need so much more memory")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server with people, for all tests of a file; it must not have failed by itself and must stop gracefully."""
    place = places.Place(tmp_path_factory.mktemp("place"))
    yield place
    assert place.stop() == 0
    assert place.failures() == []


@pytest.fixture
def alice(place):
    return place.caller("alice")


@pytest.fixture
def eve(place):
    return place.caller("eve")


# The clock of one process, moved by as many seconds as a file says.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *ret)
{
        static int (*real)(clockid_t, struct timespec *);
        long seconds = 0;
        FILE *file;
        int status;

        if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
        status = real(clock, ret);
        if (clock != CLOCK_REALTIME || !(file = fopen(getenv("CLOCK_AHEAD"), "r")))
                return status;
        if (fscanf(file, "%ld", &seconds) == 1)
                ret->tv_sec += seconds;
        (void)fclose(file);
        return status;
}
"""


@pytest.fixture
def place_with_clock(tmp_path):
    """A server, and a function that sets its clock to so many seconds after the real time."""
    source, library, ahead = tmp_path / "clock.c", tmp_path / "clock.so", tmp_path / "ahead"
    source.write_text(CLOCK)
    ahead.write_text("0")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    # A program built with AddressSanitizer wants to be asked before something loads ahead of it.
    place = places.Place(tmp_path, environment={"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(ahead),
                                                "ASAN_OPTIONS": "verify_asan_link_order=0"})

    def later(seconds):
        # In one step: the server reads the file at any moment.
        fresh = tmp_path / "ahead.new"
        fresh.write_text(str(seconds))
        fresh.rename(ahead)

    yield place, later
    assert place.stop() == 0
