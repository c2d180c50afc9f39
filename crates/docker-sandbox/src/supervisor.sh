# shellcheck shell=sh
# Runs outside of the namespaces and outlives the program that started it, to clean up after both.
#
# Usage: SCRATCH NAME   with a pipe on standard input that the program keeps open: the pipe is closed
# when the program ends in any way, including `kill -9`. The scripts of the engine's first process and of its network, and
# all that the first process gets, are in the environment, in DOCKTEST_INIT, DOCKTEST_NETWORK and so on, so that `ps` in
# the engine prints the same for each engine and on each machine. SCRATCH is a directory that exists, with a named pipe
# `network`; another can be in /dev/shm.
set -u
scratch=$1
name=$2
export DOCKTEST_FIFO="$scratch/network" DOCKTEST_NAME="$name"

exec 8<&0 </dev/null

# If this script dies, the kernel kills unshare (setpriv); if unshare dies, the kernel kills the
# namespace's first process (--kill-child). unshare ignores SIGTERM while it waits, hence SIGKILL
# throughout. In the same way, it kills the process of network.sh. The arguments of unshare have the engine's name, those of
# the first process do not. Mounts with private propagation are not visible outside.
setpriv --pdeathsig KILL \
    sh -c 'eval "$DOCKTEST_NETWORK"' docktest-network "$scratch/network" 8<&- >/dev/null 2>&1 &
network=$!
setpriv --pdeathsig KILL \
    unshare --mount --propagation private --pid --uts --ipc --net --fork --kill-child=KILL \
    sh -c 'exec sh -c "$0" docktest-init' 'eval "$DOCKTEST_INIT"' docktest-init "$name" 8<&- &
engine=$!

{ cat <&8; kill -KILL "$engine"; } >/dev/null 2>&1 &
watch=$!
# The shell reports a killed child. Writing that to a pipe whose reader is gone would end this script
# (SIGPIPE).
exec 8<&- >/dev/null 2>&1

wait "$engine"
status=$?
kill "$watch" 2>/dev/null
kill -KILL "$network"
wait "$network"

# The kernel removes mounts, interfaces and sockets together with the namespaces. Control groups are
# not in a namespace; they can be removed once their last process is gone.
# The processes of a paused container are frozen, and version 1 of control groups does not kill frozen
# processes.
find "/sys/fs/cgroup/freezer/$name" -name freezer.state 2>/dev/null |
    while read -r state; do echo THAWED >"$state"; done
tries=0
while [ "$tries" -lt 50 ]; do
    left=$(find /sys/fs/cgroup -depth -type d \( -path "*/$name" -o -path "*/$name/*" \) 2>/dev/null)
    [ -n "$left" ] || break
    echo "$left" | while read -r group; do rmdir "$group" 2>/dev/null; done
    tries=$((tries + 1))
    sleep 0.02
done
rm -rf --one-file-system "$scratch" "/dev/shm/$name"
exit "$status"
