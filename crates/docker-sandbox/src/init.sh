# The first process of the engine's PID namespace: builds its root file system, starts dockerd,
# and reaps what it orphans. Killing this process ends everything in here.
#
# Usage: NAME ROOT STORE   with the host's network namespace open as descriptor 9. STORE is a directory
# of images to begin with, or empty.
set -eu
unset DOCKTEST_INIT DOCKTEST_SUPERVISOR
export HOME=/root
name=$1
root=$2
store=$3

# Still the host's /proc, so this is our PID as the host sees it.
read -r pid _ </proc/self/stat

# Nothing that is mounted from here on may show outside.
mount --make-rprivate /

# ROOT is only read: what is written goes to memory, and is gone with the mount namespace.
cd "$root"
mount -t tmpfs -o mode=0755 docktest /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=.,upperdir=/mnt/upper,workdir=/mnt/work docktest /mnt/root
cd /mnt/root

mkdir -p proc sys dev run tmp root lab var/lib/docker .host
if [ "$store" ]; then
    mkdir .store
    mount --bind "$store" .store
fi
mount -t proc proc proc
# Of this network, and only read; but control groups are made by the daemon.
mount -t sysfs -o ro sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
# Beside what follows: all of this is processes that are over as soon as they have begun.
{
    mount -t tmpfs -o mode=0755 docktest dev
    for node in null zero full random urandom tty fuse; do
        [ ! -e "/dev/$node" ] || set -- "$@" "/dev/$node"
    done
    shift 3
    # Who must not make devices can still show them.
    { cp -a "$@" dev/ && : >dev/null; } 2>/dev/null || for node in "$@"; do
        node=${node#/}
        rm -f "$node"
        : >"$node"
        mount --bind "/$node" "$node"
    done
    if [ -e /dev/net/tun ]; then
        mkdir dev/net
        : >dev/net/tun
        mount --bind /dev/net/tun dev/net/tun
    fi
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
    mount -t tmpfs -o mode=1777 docktest dev/shm
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    ln -s /proc/self/fd/0 dev/stdin
    ln -s /proc/self/fd/1 dev/stdout
    ln -s /proc/self/fd/2 dev/stderr
} &
devices=$!

mount -t tmpfs -o mode=0755 docktest run
mount -t tmpfs -o mode=1777 docktest tmp
mount -t tmpfs -o mode=0700 docktest root
mount -t tmpfs -o mode=0755 docktest lab
# overlay2 cannot work on an overlay, and memory is gone when we are.
mount -t tmpfs -o mode=0710 docktest var/lib/docker

# Resolvers on the host's loopback cannot be reached from here; systemd-resolved names the real
# ones in a second file.
resolv=/etc/resolv.conf
[ -e /run/systemd/resolve/resolv.conf ] && resolv=/run/systemd/resolve/resolv.conf
rm -f etc/resolv.conf
cat "$resolv" >etc/resolv.conf 2>/dev/null || :
# Debian's init links /var/run to /run; make sure that the socket's well-known path works.
[ -e var/run ] || ln -s /run var/run

wait "$devices"
pivot_root . .host
cd /
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umount -l /.host
rmdir /.host

hostname docktest 2>/dev/null || echo docktest >/proc/sys/kernel/hostname
echo "127.0.0.1 localhost docktest" >/etc/hosts
ip link set lo up

# A way out for pulls and for containers, without an interface, a route or a rule on the host.
# The host's own loopback stays out of reach.
if [ -e /dev/net/tun ] && command -v slirp4netns >/dev/null; then
    nsenter --net=/proc/self/fd/9 \
        slirp4netns --configure --mtu=65520 --disable-host-loopback 1 tap0 \
        >/run/slirp4netns.log 2>&1 &
fi
exec 9<&-

# Files of the daemons are for root alone; so is the socket (the group is root's, and root's only).
umask 077
mkdir /run/docktest

# While containerd starts. The daemon changes these files, so it gets its own.
copy=
if [ "$store" ]; then
    cp -a /.store/. /var/lib/docker/ >&2 &
    copy=$!
fi

# A dockerd that starts its own containerd asks it too early, and then waits a whole second before
# it asks again.
containerd=/run/docktest/containerd.sock
cat >/run/docktest/containerd.toml <<END
version = 2
root = "/var/lib/docker/containerd/root"
state = "/run/docktest/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$containerd"
END
containerd --config /run/docktest/containerd.toml --log-level warn >&2 &
daemon=$!
until [ -S "$containerd" ]; do
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; exit 1; }
    sleep 0.005
done

if [ "$copy" ]; then
    wait "$copy"
    umount /.store
    rmdir /.store
fi

# Not the machine's own settings.
echo '{}' >/run/docktest/daemon.json
dockerd --config-file /run/docktest/daemon.json --group root --containerd "$containerd" \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$name/containers" >&2 &
daemon=$!
until [ -S /run/docker.sock ]; do
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon"; exit 1; }
    sleep 0.005
done
chmod 0600 /run/docker.sock
echo "$pid"
exec >/dev/null
wait "$daemon"
