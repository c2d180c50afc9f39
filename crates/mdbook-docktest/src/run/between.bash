# shellcheck shell=bash
# `mapfile` makes `__docktest_command` an array of one element, which is used as a string:
# shellcheck disable=SC2128,SC2178
# `__docktest_status` is set before this script is sourced, see `turn` in shell.rs:
# shellcheck disable=SC2154
#
# Sourced before a shell's first command, with the argument `first`, and between any two commands.
# Reports how the last command ended; then follows instructions, one per line, until one of them is to
# run the next command:
#
#   join, FILE         join the group whose `cgroup.procs` is FILE
#   outputs, NUMBER    from now on, write to the pipes with this number
#   input, NUMBER      from now on, read from the pipe with this number, and report that it is open
#   save               save the state, and report that
#   quit               exit without output
#   NUMBER             run the command with this number
#
# The next command sees the same `$?` as in a terminal. That is why this script reads the command's text:
# an `eval` with a command substitution in its argument would set `$?` to 0.
#
# The shell is the author's, see save.bash. Standard error is /dev/null, so that `set -x` and `set -v` do
# not show this script; descriptor 3 is the author's standard error. Subshells are avoided: they take time.
#
# /run/docktest/shell stands for the shell's directory; see `with_directory` in shell.rs.
__docktest_outputs=
__docktest_input=

# The author's traps of DEBUG, RETURN and ERR must run only for the author's commands. Before this script
# was sourced, they were saved and removed. They are set again with the next command, because bash would
# also run them for the `eval` around it. For a shell's first command, they are in the state.
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

# The author's EXIT trap is replaced by one that saves the state and then runs the author's. For a reader
# all steps are one shell: the trap must not run at the end of a step, only if the step exits.
\builtin trap -p EXIT >|/run/docktest/shell/trap
\builtin mapfile -d '' -t __docktest_trap </run/docktest/shell/trap
if [[ ${__docktest_trap[0]-} != *'/run/docktest/shell/save.bash'* ]]; then
    \builtin eval "__docktest_trap=(${__docktest_trap[0]-})"
    __docktest_exit=${__docktest_trap[2]-}
    # In POSIX mode, one that is not set is listed, too.
    if [[ $__docktest_exit == - ]]; then
        __docktest_exit=
    fi
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
# For an empty file, `mapfile` sets no element.
__docktest_command=${__docktest_command-}

# Tracing starts again with the command itself, not with the `eval` around it.
__docktest_begin=
__docktest_trace=${-//[!xv]/}
if [[ $__docktest_trace ]]; then
    \builtin set +xv
    if [[ $__docktest_trace == *v* ]]; then
        # Bash reads the whole text before the option is set again, so it does not print it.
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
    # Processes in the background keep the old pipes. Redirections of the shell itself end with the
    # author's step.
    __docktest_outputs=">|$__docktest_outputs 2>|$__docktest_errors"
    if [[ ! $__docktest_input ]]; then
        __docktest_outputs+=" </dev/null"
    fi
    # `builtin exec` would undo its redirections.
    __docktest_command="\\exec $__docktest_outputs; $__docktest_command"
fi
\builtin return "$__docktest_status"
