# shellcheck shell=bash
# Sourced behind a part of a list that has failed, see lists.rs, with the number of the list, the text of the part and an
# argument, which becomes `$_`. Of each list, the first part that fails is written to the file of watch.bash, unless it is
# a test, which has no text. `__docktest_restore` is how many statuses PIPESTATUS had, with `!` if the pipeline was
# negated, or nothing if there is no pipeline that ends with the same status.
#
# Each command has `__docktest_` in it: by that, the DEBUG trap of watch.bash knows that it is not the author's.
#
# Variables that are set before this script is sourced, or after it was:
# shellcheck disable=SC2034,SC2154
if [[ $__docktest_list != "$1" ]]; then
    __docktest_list=$1
    __docktest_text_of_part=$2
    [[ ! $__docktest_text_of_part ]] ||
        \builtin printf '%s\n\n%s\0' "$__docktest_failed_with" "$__docktest_text_of_part" \
            >>/run/docktest/shell/"$__docktest_failures"
fi
__docktest_ended=0
for __docktest_part in "${__docktest_part_statuses[@]}"; do
    if [[ $__docktest_part != 0 || ! -o pipefail ]]; then
        __docktest_ended=$__docktest_part
    fi
done
__docktest_restore=
case ${#__docktest_part_statuses[@]}:$__docktest_ended:$__docktest_failed_with in
*:0:1) __docktest_restore=${#__docktest_part_statuses[@]}! ;;
1:*) ;;
*":$__docktest_failed_with:$__docktest_failed_with") __docktest_restore=${#__docktest_part_statuses[@]} ;;
esac
\builtin : "$__docktest_argument_of_failure"
