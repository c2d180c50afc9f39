# shellcheck shell=bash
# Sourced by the EXIT trap that between.bash sets, which has put the author's other traps aside. Saves the state,
# and makes `__docktest_begin` what is to be set again before the author's EXIT trap runs. That is not part of the
# state: it has run.
#
# Variables that are set before this script is sourced:
# shellcheck disable=SC2154
__docktest_options=$SHELLOPTS __docktest_shopts=$BASHOPTS
# With `bash -c`, an expansion that fails, as of a variable that is not set, makes the shell exit with 127; from a
# script it exits with 1, which is also what a terminal shows. Where a command is not found, PIPESTATUS says so.
__docktest_exit_status=
if [[ $__docktest_before == 127 && ${__docktest_pipe##* } != 127 && $__docktest_text != *exit* &&
    $__docktest_text != exec* ]]; then
    __docktest_before=1
    __docktest_exit_status=1
fi
\builtin . /run/docktest/shell/traps.bash
if [[ $__docktest_was_watched && ! $__docktest_kept && $__docktest_go == *failures* ]]; then
    \builtin echo 'unwatched own' >/run/docktest/shell/done
fi
\builtin . /run/docktest/shell/save.bash "" && :
\builtin . /run/docktest/shell/options.bash
# Outside of the `eval` in which the author's command runs, bash names that.
\builtin unset -v BASH_COMMAND
BASH_COMMAND=$__docktest_text
__docktest_begin=$__docktest_quiet_traps
if [[ $__docktest_options == *xtrace* ]]; then
    __docktest_begin="\\builtin set -x; $__docktest_traps"
fi
