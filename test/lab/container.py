"""kuland in a container of a host's Docker engine, as docker/README.md starts it, from an image made without a registry:
the programs of this build and what they need of this machine, instead of a distribution's image and its packages.
"""

import glob
import json
import os
import re
import shutil
import tarfile

from . import netns
from .kuland import LEAKS, REPOSITORY, Shell, find_build
from .terminal import Terminal
from .watch import wait_for

IMPORTED = ("VOLUME ", "HEALTHCHECK ", "ENTRYPOINT ")  # lines of the Dockerfile that `docker import` takes


def libraries_of(program):
    """The files that the loader maps for it, and the loader."""
    return re.findall(r"(?:=> |^\s*)(/\S+) \(0x", netns.run(["ldd", program]), re.MULTILINE)


def write_image(path, build):
    """The image's files as one tar."""
    docker = os.path.join(REPOSITORY, "docker")
    programs = {"/usr/sbin/kuland": os.path.join(build, "kuland"), "/usr/bin/kulan": os.path.join(build, "kulan"),
                "/bin/sh": "/bin/sh", "/bin/mkdir": shutil.which("mkdir")}
    files = programs | {library: library for program in programs.values() for library in libraries_of(program)}
    files |= {"/usr/share/kulan/entrypoint.sh": os.path.join(docker, "entrypoint.sh"), "/etc/passwd": "/etc/passwd"}
    files |= {name: name for folder in ("/etc", "/lib", "/usr/share") for name in glob.glob(f"{folder}/terminfo/x/xterm")}
    with tarfile.open(path, "w", dereference=True) as image:
        for name, source in files.items():
            image.add(source, name)
        for name, kind, target in (("usr/bin/vtysh", tarfile.SYMTYPE, "kulan"), ("root", tarfile.DIRTYPE, "")):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.mode = kind, target, 0o755
            image.addfile(entry)


def changes():
    """What docker/Dockerfile says about running it."""
    with open(os.path.join(REPOSITORY, "docker", "Dockerfile"), encoding="utf-8") as file:
        return [f"--change={line.strip()}" for line in file if line.startswith(IMPORTED)]


class KulandContainer(Shell):
    """engine: lab.docker.DockerEngine. config: text of /etc/kulan/kulan.conf. only_file: that file is mounted, not its
    folder. options: further ones of `docker run`."""

    def __init__(self, engine, config, only_file=False, options=()):
        self.engine, self.host, self.name = engine, engine.host, "kuland"
        self.build = find_build()
        etc = os.path.join(engine.folder, "etc")
        os.makedirs(etc)
        self.config_path = os.path.join(etc, "kulan.conf")
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(config)
        self.volumes = ["/var/lib/kulan:/var/lib/kulan", "/run/kulan:/run/kulan",
                        f"{self.config_path}:/etc/kulan/kulan.conf" if only_file else f"{etc}:/etc/kulan"]
        self.options = list(options)
        self.socket = os.path.join(engine.folder, "run", "kulan", "kuland.sock")
        self.log_path = None

    def start(self):
        image = os.path.join(self.engine.folder, "kulan.tar")
        write_image(image, self.build)
        self.engine.docker("import", *changes(), image, "kulan")
        os.remove(image)
        mounts = [word for volume in self.volumes for word in ("-v", volume)]
        number = self.engine.docker("run", "-d", "--name", self.name, "--restart", "unless-stopped", "--privileged",
                                    "--net=host", *mounts, *self.options, "kulan")
        self.log_path = os.path.join(self.engine.folder, f"lib/docker/containers/{number}/{number}-json.log")
        wait_for(lambda: self.show("show version"), "the shell in the container answers", 20)
        return self

    def state(self, name):
        """A field of its state by Docker's name: Running, ExitCode, …"""
        return json.loads(self.engine.docker("inspect", "--format", f"{{{{json .State.{name}}}}}", self.name))

    def stop(self):
        self.engine.docker("stop", self.name)

    def command(self, *words, options=()):
        """The words that run a program in it. options: those of `docker exec`."""
        return self.engine.command("exec", *options, self.name, *words)

    def shell_command(self, *commands):
        return self.command("kulan", *(word for command in commands for word in ("-c", command)))

    def terminal(self, program="kulan", **size):
        environment = [word for name, value in LEAKS.items() for word in ("-e", f"{name}={value}")]
        return Terminal(self.command(program, options=["-it", *environment]), **size)

    def log(self):
        """By the engine's file, which outlives it."""
        with open(self.log_path, encoding="utf-8") as file:
            return "".join(json.loads(line)["log"] for line in file)
