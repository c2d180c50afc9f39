//! The words that tell commands from prose.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A set of words.
type Words = LazyLock<HashSet<&'static str>>;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $list:literal;)*) => {$(
        $(#[$doc])*
        pub(super) static $name: Words = LazyLock::new(|| $list.split_whitespace().collect());
    )*};
}

words! {
    /// Programs that run the command after them.
    WRAPPERS = "! command env exec nohup sudo time";

    /// Programs and builtins that tutorials run.
    PROGRAMS = "
        . adduser alias ansible ansible-playbook apk apt apt-cache apt-get apt-key awk aws az
        base64 bash brctl brew buildah bundle bzip2
        cargo cat cd chgrp chmod chown clear cmake code composer conda conntrack consul copilot cosign cp
        crane crictl ctr curl cut
        date dd declare deno df diff dig dive dnf docker docker-compose docker-machine dotnet dpkg
        dpkg-reconfigure du
        echo emacs env etcdctl ethtool eval exit export
        false file find free
        gcc gcloud gem getent git go gpasswd gpg gradle grep groupadd groups gunzip gzip
        hadolint head helm history hostname htop http
        id ifconfig ip iptables irb
        java javac journalctl jq
        kill kind kubectl
        less ln logout ls lsb_release lscpu lsmod lsns lsof
        make man minikube mkdir mkfifo modprobe more mount mv mvn mysql
        nano nc nerdctl netstat newgrp nginx node npm npx nslookup nsenter nvidia-smi
        oc open openssl
        pacman passwd patch perl pgrep php ping pip pip3 pipenv pkill pnpm podman poetry popd printenv
        printf ps psql pushd pwd python python3
        rails read readlink redis-cli rm rmdir rsync ruby
        scp sed service set sh shasum skopeo sleep snap sort source ss ssh ssh-keygen stat strace su sysctl
        systemctl
        tail tar tcpdump tee telnet terraform test top touch tr traceroute tree trivy true
        ufw umount uname uniq unset unshare unzip update-alternatives uptime useradd usermod
        vagrant vi vim visudo
        watch wc wget whereis which who whoami
        xargs xz
        yarn yes yum
        zcat zip zypper";

    /// Programs whose name is also an English verb or noun, as in \"test connection\".
    ENGLISH = "
        cat clear code cut date exit file find free go head history kill kind less make man more mount open
        patch ping read service set sleep sort source test time top touch tree watch which who yes";

    /// Programs that are also images, so that tables of images begin with their names.
    IMAGES = "
        bash composer consul docker go gradle httpd java mysql nginx node openjdk perl php postgres psql python redis ruby
        rails";

    /// Programs whose arguments may be prose.
    SAYS = "cowsay echo figlet printf";

    /// Programs whose names begin no line in other languages.
    ONLY_IN_SHELLS = "
        apk apt apt-cache apt-get aws az brew chmod chown curl dnf docker-machine dotnet gcloud helm ifconfig kubectl
        minikube mkdir npm npx nslookup oc ping pip pip3 pnpm rmdir rsync scp ssh systemctl terraform vagrant
        wget yarn yum";

    /// Words of sentences that are no usual arguments.
    PROSE = "
        a about all an and any are as at be because been before but by can could does each everything from
        has have how if in into is it its just like must need needs not now of on only or our shall should so
        some sure than that the their them then there these they this those to using via want was we were
        what when where whether will with without would you your";

    /// The commands of docker, with those of the usual plugins.
    DOCKER = "
        ai attach build builder buildx checkpoint commit compose config container context cp create debug deploy
        desktop diff events exec export extension help history image images import info init inspect kill load
        login logout logs manifest mcp model network node offload pass pause plugin port ps pull push rename
        restart rm rmi run save sandbox sbom scan scout search secret service stack start stats stop swarm
        system tag top trust unpause update version volume wait";

    /// The commands of docker-compose.
    COMPOSE = "
        attach build commit config convert cp create down events exec export help images kill logs ls pause
        port ps pull push restart rm run scale start stats stop top unpause up version volumes wait watch";

    /// The commands of git.
    GIT = "
        add am apply bisect blame branch checkout cherry-pick clean clone commit config describe diff fetch grep
        help init log merge mv pull push rebase remote reset restore revert rm show stash status submodule
        switch tag worktree";
}

/// Returns the commands of a program that has them.
pub(super) fn subcommands(program: &str) -> Option<&'static HashSet<&'static str>> {
    match program {
        "docker" | "nerdctl" | "podman" => Some(&DOCKER),
        "docker-compose" => Some(&COMPOSE),
        "git" => Some(&GIT),
        _ => None,
    }
}
