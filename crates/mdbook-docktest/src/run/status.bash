# shellcheck shell=bash
# Sourced with a status and an argument. Makes them `$?` and `$_`. Its command has `__docktest_` in it, as those of list.bash.
__docktest_returned=$1
\builtin return "$__docktest_returned"
