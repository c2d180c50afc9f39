# shellcheck shell=bash
# Sourced by between.bash before it lets a command run that may consist of others. Whatever fails in the command
# without anything looking at its status is written to a file of its own, each as a text that a NUL ends: its
# statuses, the functions around it, and the command, on three lines.
#
# A command fails where bash runs an ERR trap: not in a condition, before `&&` or `||`, or after `!`. `set -E` lets
# functions and subshells inherit it. That a part of a pipeline has failed is known afterwards, from PIPESTATUS:
# when the next command begins (DEBUG), or where a function or a subshell ends (RETURN, EXIT). With the word `jobs`,
# what `wait` waits for must succeed, too.
#
# The command must not see any of this: `$?`, `$_` and PIPESTATUS are as before after each trap, and what traps do is
# not traced. Traps and options are removed again when the command has ended, see `PUT_ASIDE` in shell.rs. Commands that
# list or set these traps and options are not watched, nor are those between which other traps of an author run.
#
# What fails in the trap of a signal is written, too, with the command that the signal has interrupted: nothing in bash
# 5.2 shows that such a trap runs. FUNCNAME, BASH_SUBSHELL and `trap -p` are as outside of it, BASH_COMMAND is that of the
# interrupted command, and what `set -x` shows is indented by `eval` as well; BASH_TRAPSIG of bash 5.3 is that of the ERR
# trap itself. A shell that only has such traps, as most have for Ctrl-C, must be watched all the same.
#
# Variables that are set before this script is sourced:
# shellcheck disable=SC2154
#
# In the traps, variables are to be expanded when these run:
# shellcheck disable=SC2016
__docktest_watched='\builtin set +ET'
if [[ $__docktest_options == *errtrace* ]]; then
    __docktest_watched+=' -E'
fi
if [[ $__docktest_options == *functrace* ]]; then
    __docktest_watched+=' -T'
fi
\builtin set +ET
__docktest_shell=$BASHPID
__docktest_was=

# Without the word `inherited`, the command may start processes in the background, which can fail at any time: chance
# would decide whether that is noticed. Bash lets them ignore SIGINT. Where everything ignores it, as after
# `trap "" INT`, or where process substitutions may go on (`late`), no subshell and no function is watched.
__docktest_inherited=$1
__docktest_background='*SigIgn:*([!"$__docktest_line_feed"])[2367abef]"$__docktest_line_feed"*'
__docktest_line_feed=$'\n'
__docktest_is_background=
if [[ $1 != *inherited* ]]; then
    __docktest_is_background='\builtin mapfile -d "" -t __docktest_signals </proc/$BASHPID/status &&
        [[ $__docktest_signals == '$__docktest_background' ]]'
    if [[ $1 != *late* ]] && ! \builtin eval "$__docktest_is_background"; then
        __docktest_inherited=inherited
    fi
fi

# The DEBUG trap also runs for the commands of the others, so each has its own variables. A process in the background
# still has the trap if it gets a signal before it begins.
__docktest_on_failure='{ __docktest_failed_with=$? __docktest_argument_of_failure=$_;
    if [[ $BASHPID == "$__docktest_shell" ]] || { [[ $- == *E* && $BASH_SUBSHELL != 0 ]] &&
        ! { '${__docktest_is_background:-"! :"}'; }; }; then
        \builtin printf "%s\n%s\n%s\0" "$__docktest_failed_with" "${FUNCNAME[*]-}" "$BASH_COMMAND" >>/run/docktest/shell/"$__docktest_failures";
    fi; '

# The author's trap sees the `$?`, `$_` and LINENO of the command that has failed. Without `set -E`, it runs neither in
# functions nor in subshells.
__docktest_chained=${__docktest_err-}
__docktest_as_failed='\builtin . /run/docktest/shell/status.bash "$__docktest_failed_with" \
    "$__docktest_argument_of_failure" && :; } 2>/dev/null; '
if [[ $__docktest_options == *errtrace* ]]; then
    __docktest_chain=$__docktest_on_failure$__docktest_as_failed
else
    # What finds out where it runs would be traced.
    __docktest_trace_again='[[ ! $__docktest_untraced ]] || \builtin set -x; '
    __docktest_chain=$__docktest_on_failure'__docktest_untraced=; \
        [[ $- != *x* ]] || { __docktest_untraced=yes; \builtin set +x; }; } 2>/dev/null; \
        case $BASHPID:${FUNCNAME[@]//source} in "$$:"*[!\ ]*) { '$__docktest_trace_again'} 2>/dev/null ;; \
        "$$:"*) { '$__docktest_trace_again$__docktest_as_failed
fi
__docktest_chain=${__docktest_chain//$'\\\n'/}
__docktest_chain=${__docktest_chain//$'\n'/}
__docktest_chain+=$__docktest_chained
if [[ $__docktest_options != *errtrace* ]]; then
    __docktest_chain+=$'\n;; *) { '$__docktest_trace_again'} 2>/dev/null ;; esac'
fi
__docktest_on_failure+='\builtin : "$__docktest_argument_of_failure"; } 2>/dev/null'

# The last command that began before the end of a pipeline is, mostly, the last part of that.
__docktest_on_end='{ __docktest_statuses=("${PIPESTATUS[@]}") __docktest_argument=$_
    if [[ ${#__docktest_statuses[@]} -gt 1 ]]; then
        \builtin printf -v __docktest_statuses "%s " "${__docktest_statuses[@]}"
        if [[ $__docktest_statuses == *[1-9]*" "?* && $BASHPID == "$__docktest_shell" ]]; then
            \builtin printf "%s\n%s\n%s\0" "$__docktest_statuses" "${FUNCNAME[*]-}" "$__docktest_was" \
                >>/run/docktest/shell/"$__docktest_failures"
        fi
    fi
    \builtin : "$__docktest_argument"
} 2>/dev/null'

# When a command begins, PIPESTATUS can be what it was before: a subshell and a function begin with that of the shell around
# them, and while the parts of a pipeline begin, none of them has ended. Only if as many commands have begun since as there
# are statuses, another pipeline may have ended with the same ones.
__docktest_seen="$__docktest_pipe "
__docktest_repeats=-1
__docktest_functions=
__docktest_on_command='{ __docktest_statuses=("${PIPESTATUS[@]}") __docktest_argument=$_
    __docktest_count=${#__docktest_statuses[@]}
    \builtin printf -v __docktest_statuses "%s " "${__docktest_statuses[@]}"
    if [[ $BASHPID != "$__docktest_shell" ]]; then
        __docktest_shell=$BASHPID __docktest_seen=$__docktest_statuses __docktest_repeats=0
        if '${__docktest_is_background:-"! :"}'; then
            \builtin trap - DEBUG RETURN ERR
        else
            \builtin trap -- "${__docktest_on_end//__docktest_argument/__docktest_argument_of_end}" EXIT
        fi
    elif [[ $BASH_COMMAND == *__docktest_* && $BASH_COMMAND != __docktest_own=1* ]]; then
        __docktest_count=0 # Before the command, or in a mark: see list.bash.
    elif [[ $__docktest_statuses == "$__docktest_seen" ]]; then
        if [[ ${FUNCNAME[*]-} != "$__docktest_functions" ]]; then
            __docktest_repeats=-1
        elif [[ $BASH_COMMAND != @(for|case|select)\ * ]]; then
            \builtin : $((__docktest_repeats += 1))
        fi
    else
        __docktest_seen=$__docktest_statuses __docktest_repeats=$__docktest_count
    fi
    __docktest_functions=${FUNCNAME[*]-}
    if [[ $__docktest_count -gt 1 && $__docktest_repeats -ge $__docktest_count ]]; then
        __docktest_repeats=0
        if [[ $__docktest_statuses == *[1-9]*" "?* ]]; then
            \builtin printf "%s\n%s\n%s\0" "$__docktest_statuses" "${FUNCNAME[*]-}" "$__docktest_was" \
                >>/run/docktest/shell/"$__docktest_failures"
        fi
    fi
    [[ $BASH_COMMAND == @(@(for|case|select)\ *|*__docktest_*) ]] || __docktest_was=$BASH_COMMAND
    \builtin : "$__docktest_argument"
} 2>/dev/null'

# Bash does not know the statuses any more after `wait`. Processes that have ended are not among its jobs; `$!` is
# the last one of all. A signal is the end of a process that was no longer needed.
__docktest_on_wait='{
    __docktest_argument=$_
    if [[ ${!-} != "$__docktest_job" ]]; then
        __docktest_job=$!
        __docktest_jobs+=("$!")
    fi
    if [[ $BASH_COMMAND == wait && $BASHPID == $$ ]]; then
        \builtin jobs -p >|/run/docktest/shell/jobs
        \builtin mapfile -t -O "${#__docktest_jobs[@]}" __docktest_jobs </run/docktest/shell/jobs
        for __docktest_pid in "${__docktest_jobs[@]}"; do
            __docktest_waited=0
            \builtin wait "$__docktest_pid" || __docktest_waited=$?
            if [[ $__docktest_waited != 0 && $__docktest_waited -lt 127 ]]; then
                \builtin printf "%s\n\n\0" "$__docktest_waited" >>/run/docktest/shell/"$__docktest_failures"
            fi
        done
        __docktest_jobs=()
    fi
    \builtin : "$__docktest_argument"
} 2>/dev/null'

if [[ $1 == *failures* ]]; then
    \builtin trap -- "$__docktest_on_failure" ERR
fi
if [[ $1 != *jobs* ]]; then
    __docktest_on_wait=
fi
if [[ $1 != *pipelines* ]]; then
    __docktest_on_command=
elif [[ $__docktest_inherited == *inherited* ]]; then
    \builtin trap -- "${__docktest_on_end//__docktest_argument/__docktest_argument_of_end}" RETURN
fi
if [[ $__docktest_inherited == *inherited* ]]; then
    \builtin set -E
fi
if [[ $__docktest_inherited != *inherited* || $1 != *@(pipelines|jobs)* ]]; then
    # Without `set -T`, bash removes the trap again at the end of this script.
    __docktest_on_wait='{
    __docktest_argument=$_
    [[ $BASH_COMMAND != *__docktest_command* ]] || \builtin set +T
    \builtin : "$__docktest_argument"
} 2>/dev/null
'$__docktest_on_wait
fi
if [[ $1 == *@(pipelines|jobs)* ]]; then
    \builtin set -T
    \builtin trap -- "$__docktest_on_command
$__docktest_on_wait" DEBUG
fi
