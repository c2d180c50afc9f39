# shellcheck shell=sh
# The first process of the engine's PID namespace: sets up the root file system, starts dockerd, and
# reaps orphaned processes. Killing this process ends everything in the namespace.
#
# In the environment, each as DOCKTEST_…: FIFO is the named pipe of network.sh, NAME the engine's name, ROOT its root file
# system, CONFIG the content of daemon.json. All others can be empty: GROUPS are the `cgroup.procs` of control groups with
# limits, separated by spaces; DATA_ROOT the daemon's data on disk, COPIED what its data in memory begin with; LAYERS the
# files of layers that they refer to; MIRROR the port of a registry, HOSTS the names, separated by spaces, of the hosts that
# it stands for; CONTAINERS the control group of containers; OVERLAY an option of overlay; DISK how many bytes each file
# system in memory may hold.
set -eu
# Waits until network.sh reads from it.
exec 9>"$DOCKTEST_FIFO"
# Also distinguishes this process from those of other engines.
name=$DOCKTEST_NAME
root=$DOCKTEST_ROOT
groups=$DOCKTEST_GROUPS
data_root=$DOCKTEST_DATA_ROOT
copied=$DOCKTEST_COPIED
layers=$DOCKTEST_LAYERS
config=$DOCKTEST_CONFIG
mirror=$DOCKTEST_MIRROR
hosts=$DOCKTEST_HOSTS
containers=$DOCKTEST_CONTAINERS
overlay=$DOCKTEST_OVERLAY
# An option of tmpfs.
size=${DOCKTEST_DISK:+,size=$DOCKTEST_DISK}
# The daemons, and what they start, must not have it.
unset DOCKTEST_INIT DOCKTEST_NETWORK DOCKTEST_SUPERVISOR DOCKTEST_FIFO DOCKTEST_NAME DOCKTEST_ROOT DOCKTEST_GROUPS \
    DOCKTEST_DATA_ROOT DOCKTEST_COPIED DOCKTEST_LAYERS DOCKTEST_CONFIG DOCKTEST_MIRROR DOCKTEST_HOSTS \
    DOCKTEST_CONTAINERS DOCKTEST_OVERLAY DOCKTEST_DISK
export HOME=/root

# Before anything is written to memory.
for file in $groups; do
    echo 0 >"$file"
done
# If memory runs out, the kernel kills containers and steps rather than daemons, which start them with
# their own adjustment.
echo -500 >/proc/self/oom_score_adj 2>/dev/null || :

# /proc is still the host's, so this is our PID on the host.
read -r pid _ </proc/self/stat

# Each command that is not of the shell is a process, which takes about a millisecond; hence few of them, and some in
# parallel.

# ROOT is only read: changes are kept in memory, and vanish with the mount namespace.
cd "$root"
mount -t tmpfs -o "mode=0755$size" docktest /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=.,upperdir=/mnt/upper,workdir=/mnt/work${overlay:+,$overlay}" docktest /mnt/root
cd /mnt/root

mkdir -p proc sys dev run tmp root lab var/lib/docker .host
# overlay2 does not work on an overlay. In memory, its files vanish with this namespace.
docker="docktest $PWD/var/lib/docker tmpfs mode=0710$size"
if [ "$data_root" ]; then
    mount --bind "$data_root" var/lib/docker
    docker=
fi
{
    echo "$docker"
    echo "proc $PWD/proc proc"
    echo "docktest $PWD/run tmpfs mode=0755$size"
    echo "docktest $PWD/tmp tmpfs mode=1777$size"
    echo "docktest $PWD/root tmpfs mode=0700$size"
    echo "docktest $PWD/lab tmpfs mode=0755$size"
} >/mnt/fstab
mount --all --fstab /mnt/fstab
copy=
if [ "$copied" ] && [ -z "$data_root" ]; then
    cp -a "$copied/." var/lib/docker/ >&2 &
    copy=$!
fi
# In a user namespace, only a system call may change it.
{ echo docktest >proc/sys/kernel/hostname; } 2>/dev/null || hostname docktest

# The machine's root could change the settings of its kernel that are not of a network, and all control groups. Here, only
# the settings of the network and the engine's own groups can be written.
restrict() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        set -- /sys/fs/cgroup
        # What the daemon does for its first container.
        read -r controllers <"$1/cgroup.controllers" || :
        for controller in $controllers; do
            echo "+$controller" >"$1/cgroup.subtree_control" || :
        done 2>/dev/null
    else
        mount -t tmpfs -o mode=0755 docktest sys/fs/cgroup
        links=
        for hierarchy in /sys/fs/cgroup/*; do
            if [ -L "$hierarchy" ]; then
                # Of those that are mounted together, each has its name.
                links="$links $hierarchy"
            elif [ -e "$hierarchy/cgroup.procs" ]; then
                set -- "$@" "$hierarchy"
            fi
        done
        # shellcheck disable=SC2086 # these names have no blanks
        [ -z "$links" ] || cp --no-dereference $links sys/fs/cgroup/
    fi
    directories=
    for hierarchy; do
        directories="$directories $hierarchy/$name .$hierarchy"
    done
    # shellcheck disable=SC2086 # these names have no blanks
    mkdir -p $directories 2>/dev/null || :
    {
        echo "$PWD/proc/sys/net $PWD/proc/sys/net none bind"
        echo "$PWD/proc/sys $PWD/proc/sys none rbind,ro"
        [ ! -e proc/sysrq-trigger ] || echo "$PWD/proc/sysrq-trigger $PWD/proc/sysrq-trigger none bind,ro"
        for hierarchy; do
            echo "$hierarchy $PWD$hierarchy none bind,ro"
            [ ! -d "$hierarchy/$name" ] || echo "$hierarchy/$name $PWD$hierarchy/$name none bind"
        done
    } >/mnt/restricted.fstab
    mount --all --fstab /mnt/restricted.fstab
}

{
    # The sysfs of this network namespace, read-only; but the daemon creates control groups. Only this mount is
    # read-only: in a user namespace, the kernel refuses writable ones, which privileged containers have, if the
    # file system is.
    mount -t sysfs sysfs sys
    mount -o remount,bind,ro sys
    if [ "$overlay" ]; then
        # A user's own groups are the only ones that can be written there.
        mount --rbind /sys/fs/cgroup sys/fs/cgroup
    else
        restrict
    fi
} &
kernel=$!

{
    mount -t tmpfs -o mode=0755 docktest dev
    for node in null zero full random urandom tty fuse; do
        [ ! -e "/dev/$node" ] || set -- "$@" "/dev/$node"
    done
    # Without permission to create devices, as in a user namespace, bind the host's.
    { cp -a "$@" dev/ && : >dev/null; } 2>/dev/null || for node in "$@"; do
        node=${node#/}
        rm -f "$node"
        : >"$node"
        mount --bind "/$node" "$node"
    done
    mkdir dev/net dev/pts dev/shm
    {
        if [ -e /dev/net/tun ]; then
            : >dev/net/tun
            echo "/dev/net/tun $PWD/dev/net/tun none bind"
        fi
        echo "devpts $PWD/dev/pts devpts newinstance,ptmxmode=0666,mode=0620"
        echo "docktest $PWD/dev/shm tmpfs mode=1777$size"
    } >/mnt/devices.fstab
    mount --all --fstab /mnt/devices.fstab
    ln -s pts/ptmx /proc/self/fd dev/
    ln -s /proc/self/fd/0 dev/stdin
    ln -s /proc/self/fd/1 dev/stdout
    ln -s /proc/self/fd/2 dev/stderr
} &
devices=$!

# Without a terminal, curl would print its progress with all that it downloads.
echo no-progress-meter >root/.curlrc
# As the root file system, the machine's own has what is the author's.
if [ "$root" = / ]; then
    hide() {
        [ ! -d ".$1" ] || mount -t tmpfs -o "mode=0755$size" docktest "$PWD$1"
    }
    hide "$(readlink -f /home)"
    # Homes of persons can be elsewhere, and links. Those of services can be what the engine needs.
    while IFS=: read -r _ _ id _ _ path _; do
        case $id in "" | *[!0-9]* | 65534) continue ;; esac
        if [ "$id" -lt 1000 ] || ! [ -d "$path" ]; then continue; fi
        path=$(readlink -f "$path")
        case $path in
        / | /dev | /etc | /proc | /run | /sys | /tmp | /usr | /usr/bin | /usr/lib | /usr/sbin | /var) ;;
        *) hide "$path" ;;
        esac
    done </etc/passwd
    for file in etc/shadow etc/shadow- etc/gshadow etc/gshadow- etc/ssh/ssh_host_*_key; do
        [ ! -e "$file" ] || : >"$file"
    done
fi
# Only root may access the files of the daemons.
mkdir -m 0700 run/docktest
# Apart from /run, which steps can fill.
mount -t tmpfs -o mode=0700 docktest run/docktest
if [ "$layers" ]; then
    mkdir run/docktest/layers
    mount -o bind,ro "$layers" run/docktest/layers
fi

# Resolvers on the host's loopback cannot be reached from here; systemd-resolved lists the upstream
# ones in a second file.
resolv=/etc/resolv.conf
[ -e /run/systemd/resolve/resolv.conf ] && resolv=/run/systemd/resolve/resolv.conf
rm -f etc/resolv.conf
cat "$resolv" >etc/resolv.conf 2>/dev/null || :
# /var/run/docker.sock, the socket's well-known path, must work. Debian's init links /var/run to /run.
[ -e var/run ] || ln -s /run var/run

wait "$kernel"
wait "$devices"
[ -z "$copy" ] || wait "$copy"
pivot_root . .host
cd /
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
{ umount -l /.host && rmdir /.host; } &
host=$!

echo "127.0.0.1 localhost docktest" >/etc/hosts
ip link set lo up &
loopback=$!
# An address of IPv6 is not `tentative` in the first seconds, as nobody else can have it: what steps print must not
# depend on the time.
{ echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; } 2>/dev/null || :

# All connections to these hosts arrive at the registry's port. They have an address of the loopback of
# their own, and nothing listens there: steps can publish any port. Docker itself needs iptables and DNAT.
redirect=
if [ "$hosts" ]; then
    address=127.0.100.9
    echo "$address $hosts" >>/etc/hosts
    iptables --wait --table nat --append OUTPUT --protocol tcp --destination "$address" \
        --jump DNAT --to-destination "127.0.0.1:$mirror" >&2 &
    redirect=$!
fi

# Internet access for pulls and for containers.
echo "$pid" >&9
exec 9>&-

# What systemd gives to the daemons: `docker exec` and the directories that dockerd makes for bind mounts
# inherit it. They restrict their sockets themselves.
umask 022

# A dockerd that starts containerd itself connects to it too early, and then waits a whole second
# before it tries again.
containerd=/run/docktest/containerd.sock
{
    echo 'version = 2'
    echo 'root = "/var/lib/docker/containerd/root"'
    echo 'state = "/run/docktest/containerd"'
    echo 'disabled_plugins = ["io.containerd.grpc.v1.cri"]'
    echo '[grpc]'
    echo "address = \"$containerd\""
} >/run/docktest/containerd.toml
containerd --config /run/docktest/containerd.toml --log-level warn >&2 &
daemon=$!
until [ -S "$containerd" ]; do
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; exit 1; }
    sleep 0.003
done

wait "$host"
wait "$loopback"
[ -z "$redirect" ] || wait "$redirect"
# Settings of our own, not the machine's.
printf '%s\n' "$config" >/run/docktest/daemon.json
set --
# Without control groups, as its settings say; otherwise, a user namespace is all that is meant.
[ "$containers" ] || set -- --rootless
dockerd --config-file /run/docktest/daemon.json --group root --containerd "$containerd" "$@" >&2 &
daemon=$!
until [ -S /run/docker.sock ]; do
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; exit 1; }
    sleep 0.003
done
chmod 0600 /run/docker.sock
echo "$pid"
exec >/dev/null
wait "$daemon"
