//! Programs that tutorials use and steps do not have.

use super::Remedy;

/// Programs that a step does not have, and what to do.
pub(super) const PROGRAMS: &[(&[&str], &str, Remedy)] = &[
    (
        &["vi", "vim", "nvim", "nano", "emacs", "code", "gedit", "notepad", "micro"],
        "nobody can type into an editor: show the file in a block with `file=NAME`, or write it with a here-document",
        Remedy::Ignore,
    ),
    (
        &["open", "xdg-open", "start", "explorer", "firefox", "google-chrome"],
        "a step has no desktop: mark the block `ignore`, or use `curl`",
        Remedy::Ignore,
    ),
    (
        &[
            "docker-machine",
            "minikube",
            "kubectl",
            "kind",
            "k3d",
            "helm",
            "vagrant",
            "VBoxManage",
            "multipass",
            "podman",
            "aws",
            "az",
            "gcloud",
            "doctl",
            "heroku",
            "terraform",
        ],
        "it needs more than a Docker Engine: mark the block `ignore`",
        Remedy::Ignore,
    ),
    (
        &["systemctl", "service", "launchctl", "rc-service", "Restart-Service", "Start-Service"],
        "a step has no service manager, and its Docker daemon runs already: mark the block `ignore`",
        Remedy::Ignore,
    ),
    (
        &[
            "brew", "port", "yum", "dnf", "zypper", "apk", "pacman", "snap", "choco", "winget",
            "scoop", "emerge",
        ],
        "it is the package manager of another system: mark the block `ignore`, and add what the step needs to `packages` \
         in book.toml",
        Remedy::Ignore,
    ),
    (
        &["apt", "apt-get", "aptitude", "dpkg"],
        "add what the step needs to `packages` in book.toml, and mark the block `ignore`",
        Remedy::Ignore,
    ),
    (
        &["docker-compose"],
        "it is the former name of `docker compose`: write that, or mark the block `ignore`",
        Remedy::Ignore,
    ),
    (
        &[
            "powershell",
            "pwsh",
            "cmd",
            "wsl",
            "wsl.exe",
            "cls",
            "dir",
            "ipconfig",
            "iwr",
            "Invoke-WebRequest",
        ],
        "it is a command of Windows: mark the block `ignore`",
        Remedy::Ignore,
    ),
];
