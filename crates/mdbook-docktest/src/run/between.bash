# Sourced before a step's first command, with 0; between two, with the number of the second; and
# after the last, with `end`. Between two it says how the first ended, and waits until its output
# has been read, so that none of it is taken for the second's.
#
# `$?` is for the second what it would be in a terminal; so this reads its text, too, as an `eval`
# with a command substitution in its argument would set `$?` to 0.
#
# The shell is the author's, see save.bash. Standard error is /dev/null, so that `set -x` and
# `set -v` tell nothing of this; the author's is 3.
__docktest_status=$?

# An EXIT trap of the author's is set aside for ours, which runs it. It belongs to the shell that
# the reader has all the time: a step that only comes to its end hands it on, one that exits runs it.
\builtin trap -p EXIT >|/run/docktest/shell/trap
__docktest_trap=$(</run/docktest/shell/trap)
if [[ $__docktest_trap != *'/run/docktest/shell/save.bash'* ]]; then
    \builtin eval "__docktest_trap=($__docktest_trap)"
    __docktest_exit=${__docktest_trap[2]-}
fi
if [[ $1 == end ]]; then
    \builtin . /run/docktest/shell/save.bash "$__docktest_exit"
    \builtin trap - EXIT
    \builtin return "$__docktest_status"
fi
\builtin trap '{ \builtin . /run/docktest/shell/save.bash "" && :; } 2>/dev/null
    \builtin eval "$__docktest_exit"' EXIT

if [[ $1 != 0 ]]; then
    \builtin echo "$__docktest_status" >/run/docktest/shell/done
    \builtin read -r __docktest_go </run/docktest/shell/go
fi
__docktest_command=$(</run/docktest/shell/command."$1")

# Tracing goes on with the command itself, not with the `eval` around it.
__docktest_trace=${-//[!xv]/}
if [[ $__docktest_trace ]]; then
    \builtin set +xv
    if [[ $__docktest_trace == *v* ]]; then
        # It is read as a whole before the option is set again.
        \builtin printf '%s\n' "$__docktest_command" >&3
    fi
    __docktest_trace="\\builtin set -$__docktest_trace; (\\builtin exit $__docktest_status) && :"
    __docktest_command="{ $__docktest_trace; } 2>/dev/null; $__docktest_command"
fi
\builtin return "$__docktest_status"
