#!/bin/sh
# Random histories of several clients against a small model, a new seed each time (VITRINE_SEED repeats one).
# needs: build
# timeout: 400
exec tests/histories/histories
