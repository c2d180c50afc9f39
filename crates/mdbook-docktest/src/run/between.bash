# shellcheck shell=bash
# `__docktest_command` is a text that `mapfile` has made an array of one element:
# shellcheck disable=SC2128,SC2178
#
# Sourced before a shell's first command, with `first`, and between any two. Says how the command
# before has ended; then does what it is told, a line each, until that is to go on:
#
#   join, FILE         become a member of the control group with this door
#   outputs, NUMBER    write from now on to the pipes with this number
#   input, NUMBER      read from now on from the pipe with this number, and say that it is open
#   save               write down the state, and say so
#   quit               exit, in silence
#   NUMBER             run the command with this number
#
# `$?` is for a command what it would be in a terminal; so this reads its text, too, as an `eval`
# with a command substitution in its argument would set `$?` to 0.
#
# The shell is the author's, see save.bash. Standard error is /dev/null, so that `set -x` and
# `set -v` tell nothing of this; the author's is 3. There are no subshells here, which take time.
__docktest_outputs=
__docktest_input=

# The author's traps of DEBUG, RETURN and ERR are about the author's commands. Before this was sourced
# they were written down and removed; they are set again with the next command, since bash would also
# run them for the `eval` around it. For a shell's first command, the state has them.
if [[ ${1-} != first ]]; then
    __docktest_traps=
    if [[ -s /run/docktest/shell/traps ]]; then
        \builtin mapfile -d '' -t __docktest_trap </run/docktest/shell/traps
        # For each, the words `trap -- COMMAND NAME`.
        \builtin eval "__docktest_trap=(${__docktest_trap[0]})"
        \builtin printf -v __docktest_traps '\\builtin trap -- %q %s; ' "${__docktest_trap[@]:2:2}" \
            "${__docktest_trap[@]:6:2}" "${__docktest_trap[@]:10:2}"
    fi
fi

# An EXIT trap of the author's is set aside for ours, which runs it. It belongs to the shell that
# the reader has all the time: a step that only comes to its end hands it on, one that exits runs it.
\builtin trap -p EXIT >|/run/docktest/shell/trap
\builtin mapfile -d '' -t __docktest_trap </run/docktest/shell/trap
if [[ ${__docktest_trap[0]-} != *'/run/docktest/shell/save.bash'* ]]; then
    \builtin eval "__docktest_trap=(${__docktest_trap[0]-})"
    __docktest_exit=${__docktest_trap[2]-}
    \builtin trap '{
            __docktest_before=$?
            \builtin trap - DEBUG RETURN ERR
            \builtin . /run/docktest/shell/save.bash "" && :
        } >/dev/null 2>/dev/null
        \builtin eval "$__docktest_exit"' EXIT
fi

if [[ ${1-} != first ]]; then
    \builtin echo "$__docktest_status" >/run/docktest/shell/done
fi
while \builtin mapfile -n 1 -t __docktest_go; do
    case ${__docktest_go[0]} in
    join)
        \builtin mapfile -n 1 -t __docktest_go
        \builtin echo $$ >|"${__docktest_go[0]}"
        ;;
    outputs)
        \builtin mapfile -n 1 -t __docktest_go
        __docktest_outputs="/run/docktest/shell/stdout.${__docktest_go[0]}"
        __docktest_errors="/run/docktest/shell/stderr.${__docktest_go[0]}"
        ;;
    input)
        \builtin mapfile -n 1 -t __docktest_go
        __docktest_input="/run/docktest/shell/stdin.${__docktest_go[0]}"
        ;;
    save)
        \builtin . /run/docktest/shell/save.bash "$__docktest_exit" && :
        \builtin . /run/docktest/shell/shopts
        \builtin . /run/docktest/shell/options
        \builtin echo saved >/run/docktest/shell/done
        ;;
    quit)
        \builtin trap - EXIT
        \builtin exit 0
        ;;
    *)
        \builtin break
        ;;
    esac
done </run/docktest/shell/go
if [[ $__docktest_input ]]; then
    \exec <"$__docktest_input"
    \builtin echo opened >/run/docktest/shell/done
fi
\builtin mapfile -d '' -t __docktest_command </run/docktest/shell/command."${__docktest_go[0]}"
# There is no first piece of an empty file.
__docktest_command=${__docktest_command-}

# Tracing goes on with the command itself, not with the `eval` around it.
__docktest_begin=
__docktest_trace=${-//[!xv]/}
if [[ $__docktest_trace ]]; then
    \builtin set +xv
    if [[ $__docktest_trace == *v* ]]; then
        # It is read as a whole before the option is set again.
        if [[ $__docktest_outputs ]]; then
            \builtin printf '%s\n' "$__docktest_command" >|"$__docktest_errors"
        else
            \builtin printf '%s\n' "$__docktest_command" >&3
        fi
    fi
    __docktest_begin="\\builtin set -$__docktest_trace; "
fi
__docktest_begin+=${__docktest_traps-}
if [[ $__docktest_status != 0 && $__docktest_begin$__docktest_outputs ]]; then
    __docktest_begin+="(\\builtin exit $__docktest_status) && :; "
fi
if [[ $__docktest_begin ]]; then
    __docktest_command="{ $__docktest_begin} >/dev/null 2>/dev/null; $__docktest_command"
fi
if [[ $__docktest_outputs ]]; then
    # What was there before stays that of what runs in the background. What the author has made of
    # the shell's own standard input and outputs ends with the step.
    __docktest_outputs=">|$__docktest_outputs 2>|$__docktest_errors"
    if [[ ! $__docktest_input ]]; then
        __docktest_outputs+=" </dev/null"
    fi
    # `builtin exec` would undo its redirections.
    __docktest_command="\\exec $__docktest_outputs; $__docktest_command"
fi
\builtin return "$__docktest_status"
