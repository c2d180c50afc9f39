# shellcheck shell=bash
# Writes down the state of the shell that sources it, for another shell to take over. The argument is
# the author's EXIT trap that is part of it. Options are left as they suit this script; `options` and
# `shopts` have the author's.
#
# The shell is the author's: `\builtin` passes by their aliases and functions, `>|` their
# noclobber, and nothing here depends on IFS, which may be read-only.
{
    # As they are, before this script changes them. No subshell may ask: it has options of its own.
    \builtin shopt -p >|/run/docktest/shell/shopts
    \builtin set +o >|/run/docktest/shell/options
    \builtin set +euxvf +o posix
    \builtin shopt -u expand_aliases nocasematch

    # What the new shell began with goes: it may be unset in this one.
    \builtin echo 'compgen -e >|/run/docktest/shell/names'
    \builtin echo 'mapfile -t __docktest </run/docktest/shell/names'
    \builtin echo 'unset -v "${__docktest[@]}" IFS __docktest'
    \builtin umask -p
    # Before the variables: it sets OLDPWD. A reader would be left in a directory that is no more,
    # in which hardly anything works; that cannot be had again, and is not kept quiet.
    \builtin printf 'declare -x PWD; cd -- %q || {
            cd . # for PWD
            echo "docktest: the directory of the step before is gone, this one starts in $PWD" >&3
        }
        unset -v OLDPWD\n' "$PWD"
    \builtin compgen -v >|/run/docktest/shell/names
    \builtin mapfile -t __docktest_names </run/docktest/shell/names
    for __docktest in "${__docktest_names[@]}"; do
        case $__docktest in
        # Bash makes these itself, or they mean something only where they were read.
        BASH | BASH_* | BASHOPTS | BASHPID | COMP_* | DIRSTACK | EPOCH* | EUID | FUNCNAME | GROUPS | \
            HISTCMD | LINENO | PIPESTATUS | PPID | PWD | RANDOM | SECONDS | SHELLOPTS | SRANDOM | UID | \
            _ | __docktest*) ;;
        *) \builtin declare -p -- "$__docktest" ;;
        esac
    done
    # Before the functions, which may need extglob to be understood; but they are written down with
    # their aliases expanded, and it must not happen twice.
    \builtin mapfile -d '' -t __docktest </run/docktest/shell/shopts
    \builtin printf '%s\n' "${__docktest[0]}" 'shopt -u expand_aliases'
    \builtin alias -p
    \builtin declare -f
    # From here on a function may bear any command's name.
    \builtin declare -Fx >|/run/docktest/shell/names
    \builtin mapfile -t __docktest_names </run/docktest/shell/names
    # Not to be disturbed by `set -e` and its like, these come last.
    \builtin mapfile -t -O "${#__docktest_names[@]}" __docktest_names </run/docktest/shell/options
    if [[ $1 ]]; then
        \builtin printf '\\builtin trap -- %q EXIT\n' "$1"
    fi
    # Those that are set aside here, see between.bash, and those of signals.
    \builtin printf '__docktest_traps=%q\n' "${__docktest_traps-}"
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
    fi
    # The reading side takes nothing over without this line: the shell was killed while writing.
    \builtin echo '# complete'
} >|/run/docktest/shell/new
\builtin return "${__docktest_before-0}"
