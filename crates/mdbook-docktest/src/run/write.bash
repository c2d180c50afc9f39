# shellcheck shell=bash
# Writes a file of the chapter, in the shell's current directory, as its reader does. Sourced by
# between.bash with these arguments:
#
#   its name, the number of its contents, its mode or nothing, and `append` or `replace`
#
# What goes wrong is in /run/docktest/shell/file.NUMBER.error. The shell is the author's, see save.bash.
# Nothing here uses a command of the author's PATH.
{
    __docktest_name=$1
    # shellcheck disable=SC2088 # the author's tilde, in a name
    if [[ $1 == "~/"* ]]; then
        __docktest_name=${HOME-}/${1:2}
    fi
    __docktest_directory=${__docktest_name%/*}
    \builtin mapfile -d '' -t __docktest_file </run/docktest/shell/file."$2"
    if [[ $__docktest_name == */* && $__docktest_directory ]]; then
        \builtin command -p mkdir -p -- "$__docktest_directory"
    fi && if [[ $4 == append ]]; then
        \builtin printf %s "${__docktest_file-}" >>"$__docktest_name"
    else
        \builtin printf %s "${__docktest_file-}" >|"$__docktest_name"
    fi && if [[ $3 ]]; then
        \builtin command -p chmod -- "$3" "$__docktest_name"
    fi
} 2>|/run/docktest/shell/file."$2".error
