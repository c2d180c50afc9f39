# shellcheck shell=bash
# Sourced if `builtin` is a function or was disabled, in POSIX mode: there, no function replaces `.` and
# `unset`. Puts the function aside. See `PUT_ASIDE` in shell.rs.
#
# shellcheck disable=SC2154
\declare -f builtin >|/run/docktest/shell/names
\unset -f builtin
\builtin eval '__docktest_real=yes'
\builtin mapfile -d '' -t __docktest_function </run/docktest/shell/names
if [[ ${__docktest_function-} ]]; then
    __docktest_replaced="${__docktest_function%$'\n'}; "
fi
if [[ $__docktest_options != *posix* ]]; then
    \builtin unset -v POSIXLY_CORRECT
    if [[ $__docktest_shopts == *expand_aliases* ]]; then
        \builtin shopt -s expand_aliases
    fi
fi
