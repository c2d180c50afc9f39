# shellcheck shell=sh
# The first process of a hub's PID namespace, which also has network and mount namespaces of its own: sets
# these up, runs the registry, and ends everything in them once standard input is closed.
#
# Usage: DIRECTORY ADDRESS ENGINE-ROOT
set -eu
cd "$1"
address=$2
engine=$3

# /proc is still the machine's, so this is our PID there.
read -r pid _ </proc/self/stat

# The loopback interface is the only one, so that there is no route to any other address.
ip link set lo up
ip address add "$address" dev lo

# Only what the machine has is replaced.
replace() { [ ! -e "$2" ] || mount --bind "$1" "$(readlink -f "$2")"; }
replace hosts /etc/hosts
replace nsswitch.conf /etc/nsswitch.conf
replace resolv.conf /etc/resolv.conf
# Where engines look for the upstream servers of systemd-resolved.
replace resolv.conf /run/systemd/resolve/resolv.conf
replace empty /run/nscd

# A layer over the root file system of engines, in memory: they trust the hub's certificates, and a test
# can change more. Mounts below that directory would not be visible in the overlay that engines make.
mount -t tmpfs hub layer
mkdir layer/upper layer/work
cp -R trust/. layer/upper/
mount -t overlay -o "lowerdir=$engine,upperdir=layer/upper,workdir=layer/work" hub "$engine"

docker-registry serve registry.yml >registry.log 2>&1 &
echo "$pid"
exec cat >/dev/null
