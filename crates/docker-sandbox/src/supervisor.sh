# Runs outside of the namespaces and outlives the tool that started it, to tidy up after both.
#
# Usage: NAME SCRATCH ROOT STORE   with a pipe on standard input that the tool keeps open: its end is the
# end of the tool, however that came about, `kill -9` included. The script of the engine's first
# process is in DOCKTEST_INIT: the environment, so that `ps` in the engine does not show it whole.
set -u
name=$1
scratch=$2
root=$3
store=$4
mkdir -m 0700 "$scratch" || exit 1

exec 8<&0 </dev/null
# The engine's way out (slirp4netns) needs the network that we are in now.
exec 9</proc/self/ns/net

# Two links of one chain: setpriv has the kernel kill unshare when this script dies, --kill-child
# has it kill the namespace's first process when unshare dies. unshare ignores SIGTERM while it
# waits, hence SIGKILL throughout.
setpriv --pdeathsig KILL \
    unshare --mount --net --pid --uts --ipc --fork --kill-child=KILL \
    sh -c 'eval "$DOCKTEST_INIT"' docktest-init "$name" "$root" "$store" 8<&- &
engine=$!

{ cat <&8; kill -KILL "$engine"; } >/dev/null 2>&1 9<&- &
watch=$!
# What the shell says of a killed child must not be written to a tool that is gone: the signal for
# that (SIGPIPE) would end us here.
exec 8<&- 9<&- >/dev/null 2>&1

wait "$engine"
status=$?
kill "$watch" 2>/dev/null

# The kernel frees mounts, interfaces and sockets with the namespaces; control groups have none of
# their own, and can be removed as soon as their last process is gone.
# A container that was left paused is frozen, and in version 1 of control groups a frozen process
# cannot even be killed.
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
rm -rf --one-file-system "$scratch"
exit "$status"
