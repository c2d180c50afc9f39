# shellcheck shell=sh
# The first process of the container in which this program runs chapters. The shell reaps the orphans.
#
# Usage: PROGRAM   this program, in the container
#
# Waits for the end of its input, which is that of the program that has started it. Then the programs here have lost
# theirs, too, and end their engines: this takes a moment. Were this process to end first, and with it all others, those that
# are frozen (of a paused container) would stay: with version 1 of control groups, they cannot be killed, and Docker could
# not remove the container.

# Version 2 of control groups: what is mounted as the root is the container's group, which can limit what is below it only
# while it has no processes itself. `docker exec` adds its processes to the group of this one.
read -r group </proc/self/cgroup
if [ "$group" = 0::/ ] && [ -e /sys/fs/cgroup/cgroup.type ]; then
    mkdir /sys/fs/cgroup/first && echo 0 >/sys/fs/cgroup/first/cgroup.procs
fi

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
