# shellcheck shell=bash
# Sourced by between.bash and exit.bash after save.bash. Sets the author's options again, but does not trace what
# follows. `shopt` comes first, because it also sets options (`extdebug`), and they set one of its own in POSIX mode.
#
# Variables that are set before this script is sourced:
# shellcheck disable=SC2154
\builtin . /run/docktest/shell/shopts
\builtin . /run/docktest/shell/options
[[ $__docktest_shopts == *expand_aliases* ]] || \builtin shopt -u expand_aliases
\builtin set +xv
