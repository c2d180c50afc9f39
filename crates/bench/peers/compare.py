"""Runs the ten tasks with each library on the engine that docker reaches, and prints a table.

`cargo xtask peers` builds the programs, starts an engine with an image `alpine`, and runs this.
Arguments: the directory of the programs, and the Python that has python-on-whales.
"""

import contextlib
import datetime
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
PROGRAMS, PYTHON = sys.argv[1:3]
# How long a task may take, and what it leaves may live on, in seconds.
LIMIT, PATIENCE = 60, 5
ROUNDS, CALLS = 15, 10

PEERS = {
    "docker-cli": [f"{PROGRAMS}/peer-ours"],
    "docker-wrapper": [f"{PROGRAMS}/peer-docker-wrapper"],
    "bollard": [f"{PROGRAMS}/peer-bollard"],
    "python-on-whales": [PYTHON, str(HERE / "python-on-whales/main.py")],
}
SOURCES = {
    "docker-cli": "ours/src/tasks.rs",
    "docker-wrapper": "docker-wrapper/src/tasks.rs",
    "bollard": "bollard/src/tasks.rs",
    "python-on-whales": "python-on-whales/tasks.py",
}
TASKS = {
    "output": "`run`, and what it printed on both streams",
    "status": "the status of a `run` that fails",
    "logs": "three lines of `logs --follow`, then its end",
    "stdin": "`exec` with standard input",
    "limit": "a time limit: no process, no container is left",
    "volumes": "volumes with labels that contain spaces and commas",
    "rows": "two rows of `ps`",
    "ports": "the published port in `inspect`",
    "build": "a build that fails, and why",
    "prune": "what `prune` has removed",
}


def docker(*words):
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout.strip()


def clean_up():
    for kind in ["container", "volume"]:
        names = [name for name in docker(kind, "ls", *["--all"] * (kind == "container"), "--quiet").split()]
        if names:
            docker(kind, "rm", "--force", *names)


def refuse_an_engine_in_use():
    """Ends this program if the engine has objects: they would be removed with those of the tasks."""
    for kind, option in [("container", ["--all"]), ("volume", [])]:
        if docker(kind, "ls", *option, "--quiet"):
            sys.exit(f"the engine has a {kind}, and this removes all of them: run `cargo xtask peers`")


def set_up():
    """Creates what the tasks are about; returns the answers."""
    run = ["run", "--detach"]
    docker(*run, "--name=peers-logs", "alpine", "sh", "-c", "seq 3; sleep 600")
    docker(*run, "--name=peers-box", "alpine", "sleep", "600")
    docker("volume", "create", "--label=peers=a b,c=d", "peers-volume")
    docker(*run, "--name=peers-one", "--label=peers-rows", "alpine", "sleep", "600")
    docker("create", "--name=peers-two", "--label=peers-rows", "alpine", "sleep", "600")
    docker(*run, "--name=peers-web", "--publish=127.0.0.1:18080:80", "alpine", "sleep", "600")
    pruned = [docker("create", "--label=peers-prune", "alpine", "true") for _ in range(2)]
    return {
        "output": "stdout: out\nstderr: err",
        "status": "status: 3",
        "logs": "1\n2\n3",
        "stdin": "typed in",
        "limit": "timed out",
        "volumes": "peers-volume: a b,c=d",
        "rows": "peers-one: running\npeers-two: created",
        "ports": "127.0.0.1 18080",
        "build": re.compile(r"failed: .*exit 7.*code: 7", re.DOTALL),
        "prune": "\n".join(sorted(pruned)),
    }


def children(pid):
    """Returns the processes below one."""
    direct = []
    for file in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # The thread has ended.
            direct += [int(child) for child in file.read_text().split()]
    return direct + [below for child in direct for below in children(child)]


def command_line(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def is_left(process, task):
    """Returns what a task has left behind: client programs, the container of a time limit; or nothing."""
    if any(b"docker" in command_line(pid) for pid in children(process.pid)):
        return "a process is left"
    if task == "limit" and docker("ps", "--quiet", "--filter=name=peers-limit"):
        return "a container is left"
    return None


def attempt(words, task, answer):
    """Returns `right`, `not offered`, or what is wrong."""
    process = subprocess.Popen([*words, task], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines = []
    timer = subprocess.Popen(["sh", "-c", f"sleep {LIMIT}; kill -KILL {process.pid}"])
    for line in process.stdout:
        if line == "done\n":
            break
        lines.append(line.rstrip("\n"))
    timer.kill()
    text = "\n".join(sorted(lines) if task in ("rows", "prune") else lines)
    if text == "not offered":
        result = text
    elif not (answer.search(text) if isinstance(answer, re.Pattern) else text == answer):
        result = f"wrong: {text[:300]!r}"
    else:
        deadline = time.monotonic() + PATIENCE
        while (left := is_left(process, task)) and time.monotonic() < deadline:
            time.sleep(0.1)
        result = f"wrong: {left}" if left else "right"
    for pid in [*children(process.pid), process.pid]:
        subprocess.run(["kill", "-KILL", str(pid)], stderr=subprocess.DEVNULL)
    process.wait()
    return result


def number_of_lines(name):
    lines = [line.strip() for line in (HERE / SOURCES[name]).read_text().splitlines()]
    return sum(1 for line in lines if line and not line.startswith(("//", "#")))


def dependencies(name):
    if name == "python-on-whales":
        listed = subprocess.run([PYTHON, "-m", "pip", "list", "--format=json"], check=True, capture_output=True)
        return len([it for it in json.loads(listed.stdout) if it["name"] not in ("pip", "setuptools")])
    package = PEERS[name][0].rsplit("/", 1)[1]
    words = ["cargo", "tree", "--package", package, "--edges=normal", "--prefix=none", "--format={p}", "--locked"]
    listed = subprocess.run(words, check=True, capture_output=True, text=True, cwd=HERE).stdout
    return len({line.removesuffix(" (*)") for line in listed.splitlines()}) - 1


def time_of(*words):
    return float(subprocess.run([*words, str(CALLS)], check=True, capture_output=True).stdout)


def cell(result):
    return {"right": "yes", "not offered": "–"}.get(result, "**no**")


refuse_an_engine_in_use()
results = {}
for name, words in PEERS.items():
    clean_up()
    answers = set_up()
    results[name] = {task: attempt(words, task, answers[task]) for task in TASKS}
    for task, result in results[name].items():
        print(f"{name}: {task}: {result}", file=sys.stderr, flush=True)
clean_up()
docker("volume", "create", "peers-volume")
ratios = {name: [] for name in PEERS}
for _ in range(ROUNDS):
    for name, words in PEERS.items():
        bare = time_of(f"{PROGRAMS}/peer-ours", "bare")
        ratios[name].append(time_of(*words, "call") / bare)

locked = (HERE / "Cargo.lock").read_text()
versions = {
    "docker-cli": "this",
    "docker-wrapper": re.search(r'name = "docker-wrapper"\nversion = "(.*)"', locked)[1],
    "bollard": re.search(r'name = "bollard"\nversion = "(.*)"', locked)[1],
    "python-on-whales": (HERE / "python-on-whales/requirements.txt").read_text().split("==")[1].strip(),
}
rows = [["", *(f"{name} {versions[name]}".replace(" this", "") for name in PEERS)], ["---"] * (len(PEERS) + 1)]
rows += [[title, *(cell(results[name][task]) for name in PEERS)] for task, title in TASKS.items()]
rows.append(["lines of code for these", *(str(number_of_lines(name)) for name in PEERS)])
rows.append(["packages that it needs", *(str(dependencies(name)) for name in PEERS)])
rows.append(["time of a call, over the bare program", *(f"{statistics.median(ratios[name]):.2f}" for name in PEERS)])
print("\n".join(f"| {' | '.join(row)} |" for row in rows))
engine = docker("version", "--format={{.Server.Version}}")
print(f"\nMeasured by `cargo xtask peers` on {datetime.date.today()}, on Docker Engine {engine}.")
