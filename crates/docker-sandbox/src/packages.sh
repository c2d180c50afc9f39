# shellcheck shell=sh
# Installs Debian packages into a root file system that no engine runs from.
#
# Usage: ROOT WORK PACKAGE…   in mount and PID namespaces of its own. WORK is an empty directory for what
# apt needs meanwhile. What packages print is on standard error.
set -eu
root=$1
work=$2
shift 2
exec >&2
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# The machine's mirror, but the suite of the root.
# shellcheck source=/dev/null
suite=$(. "$root/etc/os-release" && echo "${VERSION_CODENAME:-}")
if [ -z "$suite" ]; then
    echo "no VERSION_CODENAME in $root/etc/os-release: not a root file system of Debian"
    exit 1
fi
# shellcheck disable=SC2016 # apt expands these
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    while read -r uri codename component; do
        # The archive of security updates does not have a complete suite.
        case $component-$codename in
        main-*-*) ;;
        main-*)
            echo "$uri"
            break
            ;;
        esac
    done)
if [ -z "$mirror" ]; then
    echo "apt on this machine has no mirror of Debian: check that \`apt-get update\` works"
    exit 1
fi
mkdir -p "$work/lists/partial" "$work/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"

apt() {
    apt-get --quiet=2 \
        --option Dir::Etc::sourcelist="$work/sources.list" \
        --option Dir::Etc::sourceparts=- \
        --option Dir::Etc::preferencesparts=- \
        --option Dir::State::lists="$work/lists" \
        --option Dir::State::extended_states="$work/extended_states" \
        --option Dir::State::status="$root/var/lib/dpkg/status" \
        --option Dir::Cache::archives="$work/archives" \
        --option Dir::Cache::pkgcache= \
        --option Dir::Cache::srcpkgcache= \
        --option APT::Install-Recommends=false \
        --option Debug::NoLocking=true \
        --option Acquire::Languages=none \
        "$@"
}
apt update
apt --assume-yes --download-only install -- "$@"

# Nothing that is mounted here can be seen outside.
mount --make-rprivate /
mount -t proc proc "$root/proc"
set -- "$work"/archives/*.deb
# Without a match, the pattern itself: the root has all of these packages.
if [ -e "$1" ]; then
    dpkg --root="$root" --log=/dev/null --force-unsafe-io \
        --path-exclude='/usr/share/doc/*' --path-include='/usr/share/doc/*/copyright' \
        --path-exclude='/usr/share/info/*' --path-exclude='/usr/share/locale/*' \
        --path-exclude='/usr/share/man/*' \
        --unpack "$@"
    dpkg --root="$root" --log=/dev/null --force-unsafe-io --configure --pending
fi
umount "$root/proc"
