# shellcheck shell=bash
# Sourced by between.bash and exit.bash. From the file to which `trap -p` has written the traps of DEBUG, RETURN and
# ERR, makes `__docktest_traps` the commands that set the author's again, and `__docktest_quiet_traps` the same with a
# DEBUG trap that does not run for the commands of this program, which `__docktest_own` or their text shows. Nothing
# in front of the author's command changes `$?`, `$_` or LINENO. `__docktest_err` is what is in the author's ERR trap, if
# `__docktest_has_err`; `__docktest_between` says that there are others. `__docktest_kept` says that the ERR trap of
# watch.bash is still there.
#
# Variables that are set before this script is sourced:
# shellcheck disable=SC2034,SC2128,SC2154
#
# In the trap, variables are to be expanded when it runs:
# shellcheck disable=SC2016
__docktest_traps=
__docktest_quiet_traps=
__docktest_err=
__docktest_has_err=
__docktest_between=
__docktest_kept=
if [[ -s /run/docktest/shell/traps ]]; then
    \builtin mapfile -d '' -t __docktest_trap </run/docktest/shell/traps
    # For each, the words `trap -- COMMAND NAME`. Those of watch.bash are not the author's. In POSIX mode, one that is
    # not set is listed with `-`.
    \builtin eval "__docktest_trap=(${__docktest_trap[0]})"
    while [[ ${#__docktest_trap[@]} -ge 4 ]]; do
        __docktest_trap_text=${__docktest_trap[2]}
        if [[ ${__docktest_trap[3]} == ERR && $__docktest_trap_text == *__docktest_argument* ]]; then
            __docktest_kept=yes
        fi
        if [[ $__docktest_chain && $__docktest_trap_text == "$__docktest_chain" ]]; then
            __docktest_trap_text=$__docktest_chained
        fi
        if [[ $__docktest_trap_text != @(-|*__docktest_argument*) ]]; then
            if [[ ${__docktest_trap[3]} == ERR ]]; then
                __docktest_err=$__docktest_trap_text
                __docktest_has_err=yes
            else
                __docktest_between=yes
            fi
            __docktest_quiet='case $__docktest_own$BASH_COMMAND in 1* | *__docktest_*) ;; *) '
            if [[ $__docktest_trap_text == "$__docktest_quiet"* ]]; then
                __docktest_trap_text=${__docktest_trap_text#"$__docktest_quiet"}
                __docktest_trap_text=${__docktest_trap_text%$'\n;; esac'}
            fi
            \builtin printf -v __docktest_line '\\builtin trap -- %q %s; ' "$__docktest_trap_text" "${__docktest_trap[3]}"
            __docktest_traps+=$__docktest_line
            if [[ ${__docktest_trap[3]} == DEBUG && $__docktest_trap_text ]] &&
                (\builtin eval "\\builtin set -n"$'\n'"$__docktest_trap_text"); then
                __docktest_trap_text=$__docktest_quiet$__docktest_trap_text$'\n;; esac'
            fi
            \builtin printf -v __docktest_line '\\builtin trap -- %q %s; ' "$__docktest_trap_text" "${__docktest_trap[3]}"
            __docktest_quiet_traps+=$__docktest_line
        fi
        __docktest_trap=("${__docktest_trap[@]:4}")
    done
fi
