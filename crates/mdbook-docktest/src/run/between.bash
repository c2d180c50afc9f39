# Sourced between two commands of a step, with the number of the second: says how the first ended,
# and waits until its output has been read, so that none of it is taken for the second's.
#
# `$?` is for the second what it would be in a terminal; so this reads its text, too, as an `eval`
# with a command substitution in its argument would set `$?` to 0.
{
    __docktest_status=$?
    echo "$__docktest_status" >/run/docktest/shell/done
    read -r __docktest_go </run/docktest/shell/go
    __docktest_command=$(</run/docktest/shell/command."$1")
} 2>/dev/null
return "$__docktest_status"
