# The short way into the project; everything is built by Meson (see HACKING.md).
#
#   make run        install what is missing, build, start a registry on ./data
#   make test       every suite that a change should pass; ends with "N passed, N failed"
#   make test SLOW=1   all of them, as CI does
#   make test-clients  those with the real client, in five of its releases
#   make build      build/vitrined, build/vitrine
#
# BUILD=dir builds elsewhere; DESTDIR works for install.

BUILD ?= build
DATA ?= data
MESON_FLAGS ?=
PYTHON ?= python3
SUITES ?=

.PHONY: help setup setup-test configure web build all run test check sanitize bench bench-client install clean distclean
.DEFAULT_GOAL := build

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

# Debian packages to build with, and to test with; quick when all are there.
setup:
	@tools/setup-debian build

setup-test:
	@tools/setup-debian build test

configure: setup
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD) $(MESON_FLAGS)

# The web app into web/dist; without node, or without its packages, the server keeps plain pages.
web: setup
	@tools/build-web || [ $$? -eq 3 ]

build: configure web
	@ninja -C $(BUILD) vitrined vitrine

# The programs and every test program.
all: setup-test
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD) $(MESON_FLAGS)
	@meson configure $(BUILD) -Dtests=enabled
	@tools/build-web || [ $$? -eq 3 ]
	@ninja -C $(BUILD)

run: build
	@exec $(BUILD)/vitrined serve --data $(DATA) --first-run

# What the suites need besides a build; each is made again when its list changes.
.PHONY: venv node
venv: .venv/installed
.venv/installed: tests/requirements.txt
	$(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

node: tests/graphql/node_modules/installed
tests/graphql/node_modules/installed: tests/graphql/package-lock.json
	cd tests/graphql && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

test:
	@VITRINE_BUILD=$(abspath $(BUILD)) tests/run $(if $(SLOW),--slow) $(SUITES)

# Through the web app in a browser; and pictures of its pages, into build/screenshots/.
.PHONY: test-web screenshots
test-web:
	@VITRINE_BUILD=$(abspath $(BUILD)) tests/run web

screenshots: all
	@tests/client/make-venvs 0.31.0
	@cd tests/web && npm ci --no-audit --no-fund --loglevel=error
	@VITRINE_BUILD=$(abspath $(BUILD)) node tests/web/screenshots.mjs build/screenshots

# With the real client in each release that is tried; `make test` takes the newest and the oldest of them.
.PHONY: test-clients
test-clients:
	@VITRINE_BUILD=$(abspath $(BUILD)) tests/run --slow client

# The quick look before a commit: no build, a few seconds.
check:
	@VITRINE_BUILD=$(abspath $(BUILD)) tests/run law

sanitize:
	@VITRINE_BUILD=$(abspath $(BUILD)) tests/run --slow sanitizers

bench: build
	@ninja -C $(BUILD) bench/commit_floor
	@VITRINE_BUILD=$(abspath $(BUILD)) bench/run

bench-client: build
	@bench/client.py

# How long the pages of the app take on a large registry.
bench-web: build node-web
	@VITRINE_BUILD=$(abspath $(BUILD)) node tests/web/pagetimes.mjs \
	    "$$(VITRINE_BUILD=$(abspath $(BUILD)) bench/web_data.py)"

.PHONY: bench-web node-web
node-web: tests/web/node_modules/installed
tests/web/node_modules/installed: tests/web/package-lock.json
	@cd tests/web && npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/installed

install: configure
	@ninja -C $(BUILD)
	@meson install -C $(BUILD) --no-rebuild $(if $(DESTDIR),--destdir $(DESTDIR))

clean:
	rm -rf $(BUILD) build-asan build-fuzz

distclean: clean
	rm -rf .venv tests/graphql/node_modules web/node_modules web/dist
