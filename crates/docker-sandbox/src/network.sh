# shellcheck shell=sh
# Gives the engine internet access through slirp4netns. Runs in the machine's network and, from when the engine's can be
# entered, in its file system; but not in its PID namespace: a step that finds a process there can enter all namespaces
# of that process, and with them the machine's loopback.
#
# Usage: FIFO   a named pipe, from which the PID of the engine's first process can be read when that is ready.
#
# Runs until it is killed, so that its PID is not that of another process.
set -eu
read -r engine <"$1"
unset DOCKTEST_INIT DOCKTEST_NETWORK DOCKTEST_SUPERVISOR
exec nsenter --target "$engine" --mount sh -c '
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    [ -e /dev/net/tun ] && command -v slirp4netns >/dev/null || exec sleep infinity
    # Without an interface, a route or a rule on the machine, whose own loopback cannot be reached. The interface has the
    # name that tutorials expect, as in `docker network create --driver macvlan -o parent=eth0`.
    exec slirp4netns --configure --mtu=65520 --disable-host-loopback --netns-type=path /proc/1/ns/net eth0 \
        >/run/slirp4netns.log 2>&1'
