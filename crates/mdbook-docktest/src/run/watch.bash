# shellcheck shell=bash
# Sourced by between.bash before it lets a command run that may consist of others. Whatever fails in the command
# without anything looking at its status is written to the file `failures`, each as a text that a NUL ends: its
# statuses, the functions around it, and the command, on three lines.
#
# A command fails where bash runs an ERR trap: not in a condition, before `&&` or `||`, or after `!`. `set -E` lets
# functions and subshells inherit it. That a part of a pipeline has failed is known afterwards, from PIPESTATUS:
# when the next command begins (DEBUG), or where a function or a subshell ends (RETURN, EXIT). With the word `jobs`,
# what `wait` waits for must succeed, too.
#
# The command must not see any of this: `$?` and PIPESTATUS are restored by bash after each trap. Traps and
# options are removed again when the command has ended, see `PUT_ASIDE` in shell.rs. Commands that list or set
# traps and options are not watched, nor are those of an author who has set traps.
#
# Variables that are set before this script is sourced:
# shellcheck disable=SC2154
#
# In the traps, variables are to be expanded when these run:
# shellcheck disable=SC2016
__docktest_watched=yes
__docktest_shell=$BASHPID
__docktest_was=

# The DEBUG trap also runs for the commands of the others, so each has its own variables.
__docktest_on_failure='{ __docktest_failed_with=$? __docktest_argument_of_failure=$_
    # A process in the background still has the trap if it gets a signal before it begins.
    if [[ $- == *E* || $BASHPID == "$__docktest_shell" ]]; then
        \builtin printf "%s\n%s\n%s\0" "$__docktest_failed_with" "${FUNCNAME[*]-}" "$BASH_COMMAND" \
            >>/run/docktest/shell/failures
    fi
} 2>/dev/null
\builtin : "$__docktest_argument_of_failure"'

# The last command that began before the end of a pipeline is, mostly, the last part of that.
__docktest_on_end='{ __docktest_statuses=("${PIPESTATUS[@]}") __docktest_argument=$_
    if [[ ${#__docktest_statuses[@]} -gt 1 ]]; then
        \builtin printf -v __docktest_statuses "%s " "${__docktest_statuses[@]}"
        if [[ $__docktest_statuses == *[1-9]*" "?* && $BASHPID == "$__docktest_shell" ]]; then
            \builtin printf "%s\n%s\n%s\0" "$__docktest_statuses" "${FUNCNAME[*]-}" "$__docktest_was" \
                >>/run/docktest/shell/failures
        fi
    fi
} 2>/dev/null
\builtin : "$__docktest_argument"'

# A subshell begins with the PIPESTATUS of the shell around it.
__docktest_on_command=$__docktest_on_end'
{
    if [[ $BASHPID != "$__docktest_shell" ]]; then
        __docktest_shell=$BASHPID
        \builtin trap -- "${__docktest_on_end//__docktest_argument/__docktest_argument_of_end}" EXIT
    fi
    __docktest_was=$BASH_COMMAND
} 2>/dev/null
\builtin : "$__docktest_argument"'

# Bash does not know the statuses any more after `wait`. Processes that have ended are not among its jobs; `$!` is
# the last one of all. A signal is the end of a process that was no longer needed.
__docktest_on_wait='{
    __docktest_argument=$_
    if [[ ${!-} != "$__docktest_job" ]]; then
        __docktest_job=$!
        __docktest_jobs+=("$!")
    fi
    if [[ $BASH_COMMAND == wait ]]; then
        \builtin jobs -p >|/run/docktest/shell/jobs
        \builtin mapfile -t -O "${#__docktest_jobs[@]}" __docktest_jobs </run/docktest/shell/jobs
        for __docktest_pid in "${__docktest_jobs[@]}"; do
            __docktest_waited=0
            \builtin wait "$__docktest_pid" || __docktest_waited=$?
            if [[ $__docktest_waited != 0 && $__docktest_waited -lt 127 ]]; then
                \builtin printf "%s\n\n\0" "$__docktest_waited" >>/run/docktest/shell/failures
            fi
        done
        __docktest_jobs=()
    fi
} 2>/dev/null
\builtin : "$__docktest_argument"'

if [[ $1 == *failures* ]]; then
    \builtin trap -- "$__docktest_on_failure" ERR
fi
if [[ $1 != *jobs* ]]; then
    __docktest_on_wait=
fi
if [[ $1 != *pipelines* ]]; then
    __docktest_on_command=
elif [[ $1 == *inherited* ]]; then
    \builtin trap -- "${__docktest_on_end//__docktest_argument/__docktest_argument_of_end}" RETURN
fi
if [[ $1 == *inherited* ]]; then
    \builtin set -E
else
    # Without `set -T`, bash removes the trap again at the end of this script.
    __docktest_on_wait='{
    __docktest_argument=$_
    [[ $BASH_COMMAND != *__docktest_command* ]] || \builtin set +T
} 2>/dev/null
\builtin : "$__docktest_argument"
'$__docktest_on_wait
fi
if [[ $1 == *@(pipelines|jobs)* ]]; then
    \builtin set -T
    \builtin trap -- "$__docktest_on_command
$__docktest_on_wait" DEBUG
fi
