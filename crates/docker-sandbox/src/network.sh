# shellcheck shell=sh
# The first process of the engine's PID namespace, as long as it is in the machine's network namespace: forks
# slirp4netns, which stays there and gives the engine internet access, and then becomes init.sh. (A process in a
# user namespace that has left the machine's network cannot enter it again.)
#
# Usage: FIFO NAME …   all arguments but the first are those of init.sh. FIFO is a named pipe, from which a line
# can be read when slirp4netns can start.
set -eu
exec 9<>"$1"
shift
{
    # Then the root file system of this process, too, is the engine's.
    read -r _ <&9
    exec 9<&-
    unset DOCKTEST_INIT DOCKTEST_NETWORK DOCKTEST_SUPERVISOR
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    if [ -e /dev/net/tun ] && command -v slirp4netns >/dev/null; then
        # Without an interface, a route or a rule on the machine, whose own loopback cannot be reached.
        # The interface has the name that tutorials expect, as in `docker network create --driver macvlan -o parent=eth0`.
        exec slirp4netns --configure --mtu=65520 --disable-host-loopback 1 eth0 >/run/slirp4netns.log 2>&1
    fi
} &
exec unshare --net sh -c 'eval "$DOCKTEST_INIT"' docktest-init "$@"
