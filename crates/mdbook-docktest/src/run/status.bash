# shellcheck shell=bash
# Sourced with a status and an argument. Makes them `$?` and `$_`.
\builtin return "$1"
