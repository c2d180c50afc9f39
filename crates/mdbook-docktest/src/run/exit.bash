# shellcheck shell=bash
# Sourced by the EXIT trap that between.bash sets, which has put the author's other traps aside. Saves the state,
# and makes `__docktest_begin` what is to be set again before the author's EXIT trap runs. That is not part of the
# state: it has run.
#
# Variables that are set before this script is sourced:
# shellcheck disable=SC2154
__docktest_options=$SHELLOPTS __docktest_shopts=$BASHOPTS
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
