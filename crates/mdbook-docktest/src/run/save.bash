# shellcheck shell=bash
# Saves the state of the shell that sources it, for another shell to take over. The argument is the
# author's EXIT trap, which is part of the state. Options are left as this script needs them; the author's
# are in the files `options` and `shopts`.
#
# The shell is the author's: `\builtin` bypasses their aliases and functions, `>|` their `noclobber`, and
# nothing here depends on IFS, which may be read-only.
#
# Variables that are set before this script is sourced, see `ENDED` and `PUT_ASIDE` in shell.rs:
# shellcheck disable=SC2154
{
    # Before this script changes them, and not in a subshell: that has options of its own. Bash writes each line by
    # itself, so only what has changed is written.
    if [[ ${__docktest_saved_options-} != "$BASHOPTS $SHELLOPTS" || ! -s /run/docktest/shell/shopts ||
        ! -s /run/docktest/shell/options ]]; then
        \builtin shopt -p >|/run/docktest/shell/shopts
        \builtin set +o >|/run/docktest/shell/options
        __docktest_saved_options="$BASHOPTS $SHELLOPTS"
    fi
    \builtin set +euxvf +o posix
    \builtin shopt -u expand_aliases nocasematch

    # The new shell first unsets the variables that it was started with: they may be unset in this one.
    \builtin echo 'compgen -e >|/run/docktest/shell/names'
    \builtin echo 'mapfile -t __docktest </run/docktest/shell/names'
    \builtin echo 'unset -v "${__docktest[@]}" IFS __docktest'
    \builtin umask -p
    # Before the variables, because it sets OLDPWD. If the directory has been removed, a reader's shell
    # would stay in it, and hardly anything would work. A new shell cannot do that; it prints a message.
    \builtin printf 'declare -x PWD; cd -- %q || {
            cd . # for PWD
            echo "docktest: the directory of the step before is gone, this one starts in $PWD" >&3
        }
        unset -v OLDPWD\n' "$PWD"
    \builtin compgen -v -X '__docktest*' >|/run/docktest/shell/names
    \builtin mapfile -t __docktest_names </run/docktest/shell/names
    for __docktest in "${__docktest_names[@]}"; do
        case $__docktest in
        # Bash sets these itself, or they are only meaningful in the shell in which they were set.
        BASH_REMATCH) \builtin declare -p -- "$__docktest" ;;
        BASH | BASH_* | BASHOPTS | BASHPID | COMP_* | DIRSTACK | EPOCH* | EUID | FUNCNAME | GROUPS | \
            HISTCMD | LINENO | PIPESTATUS | PPID | PWD | RANDOM | SECONDS | SHELLOPTS | SRANDOM | UID | \
            _) ;;
        *) \builtin declare -p -- "$__docktest" ;;
        esac
    done
    if [[ ${#__docktest_arguments[@]} -gt 0 ]]; then
        \builtin printf 'set --'
        \builtin printf ' %q' "${__docktest_arguments[@]}"
        \builtin echo
    fi
    # Before the functions, which may need extglob to be parsed. Their aliases are already expanded, and
    # must not be expanded twice.
    \builtin mapfile -d '' -t __docktest </run/docktest/shell/shopts
    \builtin printf '%s\n' "${__docktest[0]}" 'shopt -u expand_aliases'
    \builtin alias -p
    \builtin declare -f
    # From here on, a function can have the name of any command.
    \builtin declare -Fx >|/run/docktest/shell/names
    \builtin mapfile -t __docktest_names </run/docktest/shell/names
    # Options come last, so that `set -e` and the like do not affect what comes before.
    \builtin mapfile -t -O "${#__docktest_names[@]}" __docktest_names </run/docktest/shell/options
    if [[ $1 ]]; then
        \builtin printf '\\builtin trap -- %q EXIT\n' "$1"
    fi
    \builtin printf '__docktest_last=%q\n' "$__docktest_last"
    # The traps that are saved, see between.bash, and those of signals.
    \builtin printf '__docktest_traps=%q\n__docktest_quiet_traps=%q\n' "${__docktest_traps-}" \
        "${__docktest_quiet_traps-}"
    \builtin printf '__docktest_err=%q\n__docktest_has_err=%q\n__docktest_between=%q\n' "${__docktest_err-}" \
        "${__docktest_has_err-}" "${__docktest_between-}"
    \builtin trap -p >|/run/docktest/shell/traps
    \builtin mapfile -d '' -t __docktest </run/docktest/shell/traps
    \builtin eval "__docktest=(${__docktest[0]-})"
    while [[ ${#__docktest[@]} -ge 4 ]]; do
        case ${__docktest[3]} in
        SIG*) \builtin printf '\\builtin trap -- %q %s\n' "${__docktest[@]:2:2}" ;;
        esac
        __docktest=("${__docktest[@]:4}")
    done
    \builtin printf '\\builtin %s\n' "${__docktest_names[@]}"
    \builtin mapfile -d '' -t __docktest </run/docktest/shell/shopts
    if [[ ${__docktest[0]} == *'shopt -s expand_aliases'* ]]; then
        \builtin echo '\builtin shopt -s expand_aliases'
    else
        # POSIX mode has set it.
        \builtin echo '\builtin shopt -u expand_aliases'
    fi
    # Without this line the state is not taken over: the shell was killed while it saved it.
    \builtin echo '# complete'
} >|/run/docktest/shell/new
\builtin return "${__docktest_before-0}"
