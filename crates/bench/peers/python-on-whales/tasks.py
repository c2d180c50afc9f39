import pathlib
import tempfile

from python_on_whales import docker
from python_on_whales.exceptions import DockerException


def run(task):
    match task:
        case "output":
            script = "echo out; echo err >&2"
            pieces = list(docker.run("alpine", ["sh", "-c", script], remove=True, stream=True))
            return "".join(f"{source}: {piece.decode()}" for source, piece in sorted(pieces, reverse=True))
        case "status":
            try:
                docker.run("alpine", ["sh", "-c", "echo no such image >&2; exit 3"], remove=True)
            except DockerException as error:
                if type(error) is not DockerException:
                    raise
                return f"status: {error.return_code}"
            return "no failure"
        case "logs":
            logs = docker.logs("peers-logs", follow=True, stream=True)
            lines = [next(logs)[1].decode() for _ in range(3)]
            logs.close()
            return "".join(lines)
        case "volumes":
            volumes = docker.volume.list(filters={"label": "peers"})
            return "".join(f"{volume.name}: {volume.labels['peers']}\n" for volume in volumes)
        case "rows":
            rows = docker.ps(all=True, filters={"label": "peers-rows"})
            return "".join(f"{row.name}: {row.state.status}\n" for row in rows)
        case "ports":
            port = docker.container.inspect("peers-web").network_settings.ports["80/tcp"][0]
            return f"{port['HostIp']} {port['HostPort']}"
        case "build":
            with tempfile.TemporaryDirectory() as directory:
                dockerfile = pathlib.Path(directory, "Dockerfile")
                dockerfile.write_text("FROM alpine\nRUN echo broken; exit 7\n")
                try:
                    for _ in docker.build(directory, stream_logs=True):
                        pass
                except DockerException as error:
                    return f"failed: {error}"
            return "no failure"
        case "prune":
            lines = docker.container.prune(filters={"label": "peers-prune"}, stream_logs=True)
            lines = "".join(piece.decode() for _, piece in lines).splitlines()
            return "\n".join(line for line in lines if len(line) == 64)
    return "not offered"


def call():
    # The attributes are read by the first use of one.
    docker.volume.inspect("peers-volume").driver
