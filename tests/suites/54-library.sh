#!/bin/sh
# libvitrine from outside: headers, symbols, transfers over bad wires, many processes, failing memory.
# needs: build
# timeout: 1200
exec tests/library/run-all
