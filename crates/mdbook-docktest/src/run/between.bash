# shellcheck shell=bash
# `mapfile` makes `__docktest_command` and others arrays of one element, which are used as strings:
# shellcheck disable=SC2128,SC2178,SC2179
# Variables that are set before this script is sourced, see `PUT_ASIDE` in shell.rs:
# shellcheck disable=SC2154
#
# Sourced before a shell's first command, with the argument `first`, and between any two commands.
# Reports how the last command ended; then follows instructions, one per line, until one of them is to
# run the next command:
#
#   join, FILE         join the group whose `cgroup.procs` is FILE
#   outputs, NUMBER    from now on, write to the pipes with this number
#   input, NUMBER      from now on, read from the pipe with this number, and report that it is open
#   file, NAME, NUMBER, MODE, HOW
#                      write a file, see write.bash
#   save               save the state, and report that
#   quit               exit without output
#   NUMBER CONCERNS    run the command with this number; see instruction.rs and watch.bash
#
# The next command sees the same `$?`, `$_` and PIPESTATUS as in a terminal. That is why this script reads
# the command's text: an `eval` with a command substitution in its argument would set `$?` to 0. This
# script returns the status, and has the last argument as its own.
#
# The shell is the author's, see save.bash. Tracing, traps and functions that would be in the way have been
# put aside before this script is sourced. Subshells are avoided: they take time.
#
# /run/docktest/shell stands for the shell's directory; see `with_directory` in shell.rs.
__docktest_outputs=
__docktest_input=
__docktest_begin=
__docktest_shown=
{
    # What the last command did not begin with, because it could not be parsed, or need not, is still to be
    # set again.
    __docktest_trace=${__docktest_hidden-}
    if [[ $__docktest_options == *xtrace* && $__docktest_trace != *x* ]]; then
        __docktest_trace+=x
    fi
    if [[ $__docktest_options == *verbose* && $__docktest_trace != *v* ]]; then
        __docktest_trace+=v
    fi

    # The author's traps of DEBUG, RETURN and ERR must run only for the author's commands. They are set
    # again with the next command, because bash would also run them for the `eval` around it. For a shell's
    # first command, they are in the state.
    if [[ ${1-} != first && ! ${__docktest_waits-} ]]; then
        \builtin . /run/docktest/shell/traps.bash
        # The command has put its own ERR trap in the place of that of watch.bash.
        if [[ ${__docktest_watch-} && ! $__docktest_kept && $__docktest_go == *failures* ]]; then
            \builtin echo 'unwatched own' >/run/docktest/shell/done
        fi
    fi
    __docktest_waits=

    # See watch.bash.
    if [[ ${!-} != "$__docktest_job" ]]; then
        __docktest_job=$!
        __docktest_jobs+=("$!")
    fi

    # The author's EXIT trap is replaced by one that saves the state and then runs the author's. For a
    # reader all steps are one shell: the trap must not run at the end of a step, only if the step exits.
    \builtin trap -p EXIT >|/run/docktest/shell/trap
    \builtin mapfile -d '' -t __docktest_trap </run/docktest/shell/trap
    if [[ ${__docktest_trap[0]-} != *'/run/docktest/shell/exit.bash'* ]]; then
        \builtin eval "__docktest_trap=(${__docktest_trap[0]-})"
        __docktest_exit=${__docktest_trap[2]-}
        # In POSIX mode, one that is not set is listed, too.
        if [[ $__docktest_exit == - ]]; then
            __docktest_exit=
        fi
        # That DEBUG traps must not run is set where no command runs. The last two commands restore `$_`, then `$?`.
        # All is on one line, for LINENO, unless bash could not parse that.
        __docktest_wrapped='{
            __docktest_before=$? __docktest_pipe=${PIPESTATUS[@]-} __docktest_argument=$_;
            __docktest_arguments=("$@");
            \builtin trap -p DEBUG RETURN ERR >|/run/docktest/shell/traps;
            \builtin trap - DEBUG RETURN ERR;
            __docktest_was_watched=$__docktest_watched;
            [[ ! $__docktest_watched ]] || \builtin eval "$__docktest_watched";
            \builtin . /run/docktest/shell/exit.bash && :;
            \builtin eval "$__docktest_begin";
            \builtin : $((__docktest_own = 0)) "$__docktest_argument";
            (\builtin exit "$__docktest_before") && (\builtin :);
        } >/dev/null 2>"${__docktest_null[__docktest_own = 1]}"; '
        __docktest_wrapped=${__docktest_wrapped//$'\n'/}
        if [[ $__docktest_exit ]] && ! (\builtin eval "\\builtin set -n"$'\n'"$__docktest_exit"); then
            __docktest_wrapped+=$'\n'
        fi
        __docktest_wrapped+=$__docktest_exit
        \builtin trap -- "$__docktest_wrapped" EXIT
    fi

    if [[ ${1-} != first ]]; then
        if [[ $__docktest_trace == *x* ]]; then
            \builtin echo "traced ${PS4:0:1}" >/run/docktest/shell/done
        fi
        \builtin echo "ended $__docktest_status $__docktest_pipe" >/run/docktest/shell/done
    fi
    while \builtin mapfile -n 1 -t __docktest_go; do
        case ${__docktest_go[0]} in
        join)
            \builtin mapfile -n 1 -t __docktest_go
            \builtin echo $$ >|"${__docktest_go[0]}"
            ;;
        outputs)
            \builtin mapfile -n 1 -t __docktest_go
            __docktest_outputs=${__docktest_go[0]}
            ;;
        input)
            \builtin mapfile -n 1 -t __docktest_go
            __docktest_input="/run/docktest/shell/stdin.${__docktest_go[0]}"
            ;;
        file)
            \builtin mapfile -n 4 -t __docktest_go
            \builtin . /run/docktest/shell/write.bash "${__docktest_go[@]}" && :
            ;;
        save)
            if [[ $__docktest_trace ]]; then
                \builtin set -"$__docktest_trace"
            fi
            \builtin . /run/docktest/shell/save.bash "$__docktest_exit" && :
            \builtin . /run/docktest/shell/options.bash
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
    \builtin mapfile -d '' -t __docktest_command </run/docktest/shell/command."${__docktest_go%% *}"
    # For an empty file, `mapfile` sets no element. A second one is the command with marks, see lists.rs.
    __docktest_command=${__docktest_command-}
    __docktest_text=$__docktest_command
    # With the first sign of PS4, its lines can be distinguished from others.
    if [[ $__docktest_trace == *x* || $__docktest_go == *traced* ]]; then
        \builtin echo "traced ${PS4:0:1}" >/run/docktest/shell/done
    fi

    # A command whose end is known ends with its line. What follows it sees what it has left.
    __docktest_after=
    if [[ $__docktest_go == *whole* ]]; then
        __docktest_after=$'\n'$__docktest_end
    fi

    # Tracing starts again with the command itself, not with the `eval` around it. With `-v`, bash prints
    # what it reads, which is more than the command: instead, this script prints the command. Only if it may
    # be about `-v` is the option set. Then bash must not read what follows it.
    __docktest_hidden=
    if [[ $__docktest_trace == *v* ]]; then
        __docktest_shown=$__docktest_command
    fi
    if [[ $__docktest_go == *verbose* ]]; then
        __docktest_after=
        if [[ $__docktest_trace ]]; then
            __docktest_begin="\\builtin set -$__docktest_trace; "
        fi
    elif [[ $__docktest_trace ]]; then
        __docktest_hidden=${__docktest_trace//x/}
        __docktest_begin="${__docktest_trace//v/}"
        __docktest_begin="${__docktest_begin:+\\builtin set -x; }"
    fi
    # The trace shows what is in a DEBUG trap, and a list of traps does, too.
    if [[ $__docktest_trace || $__docktest_go == *@(traced|traps)* ]]; then
        __docktest_begin+=${__docktest_traps-}
    else
        __docktest_begin+=${__docktest_quiet_traps-}
    fi

    # What is needed here although the author has disabled it, or has a function with its name. `builtin
    # exec` would undo its redirections.
    if [[ -s /run/docktest/shell/disabled ]]; then
        \builtin mapfile -t __docktest_lines </run/docktest/shell/disabled
        __docktest_name=
        for __docktest_line in "${__docktest_lines[@]}"; do
            if [[ $__docktest_line == *' builtin' ]]; then
                __docktest_name='\enable -n builtin; '
            else
                __docktest_replaced+="\\builtin $__docktest_line; "
            fi
        done
        __docktest_replaced+=$__docktest_name
    fi
    if [[ $__docktest_outputs$__docktest_input ]] && \builtin declare -F exec >/dev/null; then
        \builtin declare -f exec >|/run/docktest/shell/names
        \builtin mapfile -d '' -t __docktest_function </run/docktest/shell/names
        \builtin unset -f exec
        __docktest_replaced="${__docktest_function%$'\n'}; ${__docktest_replaced-}"
    fi
    __docktest_begin+=${__docktest_replaced-}

    # What has replaced builtins, traces what bash reads, lists or sets traps, or runs in between, would be in the way. An
    # ERR trap of the author becomes a part of ours.
    __docktest_watch=
    __docktest_chain=
    if [[ $__docktest_go == *@(failures|pipelines|jobs)* ]]; then
        if [[ $__docktest_go == *@(own|verbose)* ]]; then
            __docktest_unwatched=own
        elif [[ ${__docktest_replaced-} ]]; then
            __docktest_unwatched=builtins
        elif [[ ${BASH_XTRACEFD-} && $__docktest_trace$__docktest_go == *@(x|traced)* ]]; then
            # What traps do would be traced there.
            __docktest_unwatched=own
        elif [[ ${__docktest_between-} ]]; then
            __docktest_unwatched=traps
        elif [[ $__docktest_exit && $__docktest_go == *@(pipelines|jobs)* ]] && {
            \builtin declare -f >|/run/docktest/shell/names
            \builtin mapfile -d '' -t __docktest_function </run/docktest/shell/names
            [[ $__docktest_exit$'\n'${__docktest_function-}$'\n' == *exit*([[:blank:]])[$'\n;&|)}`']* ]]
        }; then
            # If a DEBUG trap has run, `exit` without a status loses it in an EXIT trap (bash 5.2).
            __docktest_unwatched=traps
        elif [[ $__docktest_go == *lists* ]] && {
            \builtin trap -p CHLD >|/run/docktest/shell/trap
            \builtin mapfile -d '' -t __docktest_trap </run/docktest/shell/trap
            [[ ${__docktest_trap-} != @(|trap -- @(-|\'\') *) ]]
        }; then
            # It would run for the subshells of marks, see lists.rs.
            __docktest_unwatched=traps
        elif [[ ! ${__docktest_has_err-} ]]; then
            __docktest_watch=yes
        elif [[ ! $__docktest_after || $__docktest_err == *@(PIPESTATUS|__docktest_)* ]] ||
            [[ $__docktest_options == *errtrace* && $__docktest_go != *inherited* ]] ||
            ! (\builtin eval "\builtin set -n"$'\n'"$__docktest_err"); then
            __docktest_unwatched=traps
        else
            __docktest_watch=yes
            __docktest_begin+='\builtin trap -- "$__docktest_chain" ERR; '
        fi
        if [[ $__docktest_watch ]]; then
            \builtin : $((__docktest_watches += 1))
            __docktest_failures=failures.$$-$__docktest_watches
            \builtin echo "watched $__docktest_failures" >/run/docktest/shell/done
            # With marks, unless bash could not parse that: then it quotes the line as the author has written it.
            if [[ $__docktest_go == *lists* && ${__docktest_command[1]-} ]] &&
                (\builtin eval "\builtin set -n"$'\n'"${__docktest_command[1]}"); then
                __docktest_command=${__docktest_command[1]}
                __docktest_scripts=/run/docktest/shell
                __docktest_list=
            fi
        elif [[ $__docktest_go == *inside* ]]; then
            \builtin echo "unwatched $__docktest_unwatched" >/run/docktest/shell/done
        fi
    fi

    # A command that lists traps must not see the one above. If it also exits, the state is not saved then:
    # so it is saved now.
    if [[ $__docktest_go == *traps* ]]; then
        __docktest_before=0
        \builtin . /run/docktest/shell/save.bash "$__docktest_exit" && :
        \builtin . /run/docktest/shell/options.bash
        if [[ $__docktest_exit ]]; then
            \builtin trap -- "$__docktest_exit" EXIT
        else
            \builtin trap - EXIT
        fi
    fi

    # This script returns the status, and has the last argument as its own. Only what is in between can
    # change them.
    if [[ $__docktest_begin ]]; then
        __docktest_begin+='\builtin : $((__docktest_own = 0)) "$__docktest_last"; '
    fi
    __docktest_parts=
    if [[ $__docktest_pipe != "$__docktest_status" && $__docktest_go == *parts* ]]; then
        __docktest_parts="(\\builtin exit ${__docktest_pipe// /) | (\\builtin exit })"
        if [[ ${__docktest_pipe##* } != "$__docktest_status" ]] &&
            [[ ! -o pipefail || $__docktest_status == 0 || $__docktest_pipe != *"$__docktest_status"* ]]; then
            __docktest_parts="! $__docktest_parts"
        fi
    elif [[ $__docktest_begin && $__docktest_status != 0 ]]; then
        __docktest_parts="(\\builtin exit $__docktest_status)"
    fi
    if [[ $__docktest_parts && $__docktest_status != 0 ]]; then
        __docktest_parts+=' && :'
    fi
    if [[ $__docktest_begin$__docktest_parts ]]; then
        # What cannot be parsed is run as it is: bash quotes the line that it refuses.
        if (\builtin eval "\\builtin set -n
$__docktest_command"); then
            __docktest_command="{ $__docktest_begin$__docktest_parts${__docktest_parts:+; }} >/dev/null 2>/dev/null; $__docktest_command"
            __docktest_replaced=
        else
            __docktest_waits=yes
            __docktest_hidden=$__docktest_trace
        fi
    fi
    __docktest_command+=$__docktest_after
} 2>/dev/null

# Processes in the background keep the old pipes. Redirections of the shell itself end with the author's
# step.
if [[ $__docktest_outputs ]]; then
    \exec >|"/run/docktest/shell/stdout.$__docktest_outputs" \
        2>|"/run/docktest/shell/stderr.$__docktest_outputs" <"${__docktest_input:-/dev/null}"
elif [[ $__docktest_input ]]; then
    \exec <"$__docktest_input"
fi
if [[ $__docktest_input ]]; then
    \builtin echo opened >/run/docktest/shell/done
fi
if [[ $__docktest_shown ]]; then
    \builtin printf '%s\n' "$__docktest_shown" >&2
fi
__docktest_captured=
if [[ $__docktest_watch ]]; then
    \builtin . /run/docktest/shell/watch.bash "$__docktest_go"
fi
\builtin return "$__docktest_status"
