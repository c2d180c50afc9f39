# Sourced between two commands of a step: says how the first ended, and waits until its output has
# been read, so that none of it is taken for the second's. `$?` is for the second what it would be.
{
    __docktest_status=$?
    echo "$__docktest_status" >/run/docktest/shell/done
    read -r __docktest_go </run/docktest/shell/go
} 2>/dev/null
return "$__docktest_status"
