# shellcheck shell=sh
# The first process of the container in which this program runs chapters. The shell reaps the orphans.
#
# Usage: PROGRAM   this program, in the container
#
# Waits for the end of its input, which is that of the program that has started it. Then the programs here have lost
# theirs, too, and end their engines: this takes a moment. Were this process to end first, and with it all others, those that
# are frozen (of a paused container) would stay: with version 1 of control groups, they cannot be killed, and Docker could
# not remove the container.

# Docker's mark of a container is not for steps, which see this root file system.
rm -f /.dockerenv && echo ready && cat >/dev/null

is_running() {
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/exe")" != "$1" ] || return 0
    done
    return 1
}

# Ten seconds.
tries=100
while [ "$tries" -gt 0 ] && is_running "$1"; do
    tries=$((tries - 1))
    sleep 0.1
done
find /sys/fs/cgroup/freezer/ -mindepth 2 -name freezer.state -exec sh -c \
    'for state; do echo THAWED >"$state"; done' thaw {} + 2>/dev/null
exit 0
