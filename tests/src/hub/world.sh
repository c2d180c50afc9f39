# shellcheck shell=sh
# The first process of a hub's PID namespace, which also has network and mount namespaces of its own: sets
# these up, runs the registry, and ends everything in them once standard input is closed.
#
# Usage: DIRECTORY ADDRESS ENGINE-ROOT   ENGINE-ROOT is empty if engines run in the machine's root.
set -eu
cd "$1"
address=$2
engine=$3

# /proc is still the machine's, so this is our PID there.
read -r pid _ </proc/self/stat

# Nothing but addresses of the loopback interface: whatever is not there has no route.
ip link set lo up
ip address add "$address" dev lo

# A file of the machine is replaced only if it exists: without a name service cache, for example, there
# is nothing to hide.
replace() { [ ! -e "$2" ] || mount --bind "$1" "$(readlink -f "$2")"; }
replace hosts /etc/hosts
replace nsswitch.conf /etc/nsswitch.conf
replace resolv.conf /etc/resolv.conf
# Where engines look for the upstream servers of systemd-resolved.
replace resolv.conf /run/systemd/resolve/resolv.conf
replace empty /run/nscd

# Engines trust the hub's certificates. A mount inside of their root file system would not be visible in
# the overlay that they make of it.
[ -z "$engine" ] || mount -t overlay -o "lowerdir=trust:$engine" hub "$engine"

docker-registry serve registry.yml >registry.log 2>&1 &
echo "$pid"
exec cat >/dev/null
