"""Style kept by machine: what a reader may rely on in every file. The lists on top are the exceptions."""

import ast
import configparser
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent

CLOCKS: Final = {
    "cloud_sync/hq/clock.py",
    "edge_agent/adapters/clock.py",
    "hardware/child_process.py",
    "hardware/conformance/tape.py",
    "hardware/runner.py",
    "hardware/vending/mdb/serial_shell.py",
    "kiosk_ui/agent_link.py",
    "kiosk_ui/main.py",
    "scripts/popshop/clock.py",
    "scripts/popshop/doctor/computer.py",
}
"""Files that may ask what time it is. Everybody else is told."""

THREADS: Final = {
    "cloud_sync/hq/chores.py",
    "edge_agent/adapters/worker.py",
    "hardware/child_process.py",
    "hardware/conformance/proxy.py",
    "hardware/runner.py",
    "hardware/scanner/sources/frames.py",
    "hardware/scanner/sources/supervisor.py",
    "hardware/shelf/serial_line.py",
    "hardware/vending/mdb/serial_shell.py",
    "kiosk_ui/agent_link.py",
    "scripts/popshop/bench/checkout_core.py",
    "scripts/popshop/bench/checkout_floor.py",
    "scripts/popshop/replay/player.py",
    "scripts/popshop/replay/troubles.py",
    "scripts/popshop/shop/line.py",
    "scripts/popshop/soak/conductor.py",
    "scripts/popshop/soak/counter.py",
    "scripts/popshop/soak/head_office.py",
    "scripts/popshop/soak/sellers.py",
}
"""Files that may start a thread."""

DICE: Final = {
    "cloud_sync/hq/credentials.py",
    "edge_agent/adapters/payments/sandbox.py",
    "edge_agent/adapters/receipt_secret.py",
    "edge_agent/adapters/witness_file.py",
    "edge_agent/entrypoints/access.py",
    "edge_agent/entrypoints/main.py",
    "hardware/broker_users.py",
    "hardware/runner.py",
    "kiosk_ui/main.py",
    "scripts/popshop/gateways/keys.py",
    "scripts/popshop/gateways/wechat.py",
}
"""Files that may roll dice: random numbers, secrets, new ids."""

ENTRY_POINTS: Final = {
    "popshop.__main__",
    "popshop.cli",
}
"""Modules that nothing here imports: they are started. A command's module is one too."""

CATALOGUES: Final = {"cloud_sync/protocol/facts.py"}
"""Files that are looked things up in, one short entry after the other; they may be long."""

MAX_FUNCTION_LINES: Final = 70
MAX_FILE_LINES: Final = 400
MAX_TEST_FILE_LINES: Final = 500

# Written in halves, so that this file keeps its own rules.
UNFINISHED: Final = re.compile("TO" + r"DO\b|FIX" + r"ME\b|NotImplemented" + "Error")
MACHINE_PATHS: Final = re.compile(r"/wo" + r"rk/|/ro" + r"ot/|/ho" + r"me/\w|/tmp/" + r"\w|/opt/" + "pypi")
REGISTRIES: Final = re.compile(
    "pypi" + r"\.org|python" + r"hosted|npm" + r"js\.|deb\." + "debian|debian" + r"\.org"
)
BINARY: Final = {".png", ".jpg", ".webp", ".ttf", ".otf", ".gz", ".zst", ".mp4"}


class Module(NamedTuple):
    """A Python file of ours."""

    path: Path
    where: str
    name: str
    text: str
    tree: ast.Module


@functools.cache
def setup() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def package_folders() -> dict[str, Path]:
    """The top packages by name, wherever setup.cfg puts them."""
    placed = dict(re.findall(r"(\S+) = (\S+)", setup()["options"]["package_dir"]))
    tops = {name.partition(".")[0] for name in setup()["options"]["packages"].split()}
    return {top: ROOT / placed.get(top, top) for top in sorted(tops)}


@functools.cache
def modules() -> tuple[Module, ...]:
    return tuple(
        _read(
            path, ".".join([top, *path.relative_to(folder).with_suffix("").parts]).removesuffix(".__init__")
        )
        for top, folder in package_folders().items()
        for path in sorted(folder.rglob("*.py"))
    )


@functools.cache
def _test_files() -> tuple[Module, ...]:
    return tuple(_read(path, path.stem) for path in sorted((ROOT / "tests").rglob("*.py")))


def _read(path: Path, name: str) -> Module:
    text = path.read_text("utf-8")
    return Module(path, path.relative_to(ROOT).as_posix(), name, text, ast.parse(text, str(path)))


@functools.cache
def tracked_texts() -> dict[str, str]:
    """Every text file that the repository keeps."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout: nobody can say which files are tracked")
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in paths
        if path.is_file() and path.suffix not in BINARY
    }


# ── clocks, dice and threads in their own files ─────────────────────────────────────────────────────

BANNED: Final[dict[str, tuple[re.Pattern[str], set[str]]]] = {
    "clock": (
        re.compile(
            r"(datetime\.)?datetime\.(now|utcnow|today)|(datetime\.)?date\.today"
            r"|time\.(time|monotonic|perf_counter)(_ns)?"
        ),
        CLOCKS,
    ),
    "dice": (re.compile(r"(random|secrets|uuid)\.\w+|os\.urandom"), DICE),
    "thread": (
        re.compile(
            r"threading\.(Thread|Timer)|concurrent\.futures\.\w*Executor|ThreadPoolExecutor|_thread\.\w+"
        ),
        THREADS,
    ),
}
"""What is called or handed on, by its dotted name. Naming a type in an annotation is no use of it."""


def uses(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Dotted names that a module uses other than in annotations, with `from x import y` spelt out."""
    spelt = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in ("time", "random", "secrets", "uuid", "threading", "os")
        for alias in node.names
    }
    unseeded = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and not node.args}
    annotations = {id(part) for note in _annotations(tree) for part in ast.walk(note)}
    for node in ast.walk(tree):
        if id(node) in annotations or not isinstance(node, ast.Attribute | ast.Name):
            continue
        dotted = ast.unparse(node)
        dotted = spelt.get(dotted, dotted)
        # A generator that is handed in or made from a seed is no die.
        if dotted != "random.Random" or id(node) in unseeded:
            yield node.lineno, dotted


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.returns


@pytest.mark.parametrize("kind", BANNED)
def test_clocks_dice_and_threads_stand_only_in_the_files_named_for_them(kind):
    pattern, allowed = BANNED[kind]
    found = {
        module.where: f"{module.where}:{line} uses {name}"
        for module in modules()
        for line, name in uses(module.tree)
        if pattern.fullmatch(name)
    }
    assert not [text for where, text in found.items() if where not in allowed]
    assert allowed <= set(found), "a file on the list does not need to be there any more"


# ── size, docstrings, leftovers ─────────────────────────────────────────────────────────────────────


def test_no_function_is_longer_than_a_person_can_keep_in_mind():
    long = [
        f"{module.where}:{node.lineno} {node.name} has {lines} lines"
        for module in (*modules(), *_test_files())
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert not long


def test_no_file_is_longer_than_a_person_can_read_at_a_sitting():
    limits = [(module, MAX_FILE_LINES) for module in modules() if module.where not in CATALOGUES]
    limits += [(module, MAX_TEST_FILE_LINES) for module in _test_files()]
    assert not [
        f"{module.where} has {lines} lines, over {limit}"
        for module, limit in limits
        if (lines := module.text.count("\n")) > limit
    ]


def test_every_module_says_what_it_is_for():
    everything = [module for module in (*modules(), *_test_files()) if module.text.strip()]
    assert not [module.where for module in everything if not ast.get_docstring(module.tree)]
    assert not [module.where for module in modules() if not module.text.strip()], "an empty file says nothing"


def test_no_module_is_dead():
    known = {module.name for module in modules()}
    used = set(ENTRY_POINTS)
    for module in modules():
        used |= {name for name in imported(module, known) if name != module.name}
    dead = {name for name in known if name not in used and not name.startswith("popshop.commands")}
    assert not {
        module.where for module in modules() if module.name in dead and module.path.name != "__init__.py"
    }


def imported(module: Module, known: set[str]) -> Iterator[str]:
    """Modules of ours that a module imports, or starts by name (`-m`)."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and node.value in known:
            yield str(node.value)


def test_no_failure_is_swallowed_whole():
    found = [
        f"{module.where}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
    ]
    assert not found


@pytest.mark.parametrize(
    "pattern", [UNFINISHED, MACHINE_PATHS, REGISTRIES], ids=["unfinished", "paths", "registries"]
)
def test_nothing_unfinished_and_nothing_of_one_machine_is_kept(pattern):
    found = [
        f"{where}:{number}: {line.strip()[:100]}"
        for where, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found


# ── packaging and languages ─────────────────────────────────────────────────────────────────────────


def test_setup_cfg_lists_exactly_the_packages_that_are_there():
    listed = setup()["options"]["packages"].split()
    folders = {
        ".".join([top, *path.parent.relative_to(folder).parts])
        for top, folder in package_folders().items()
        for path in folder.rglob("*.py")
    }
    assert listed == sorted(folders)


def test_every_package_folder_has_an_init():
    assert not [
        path.parent.relative_to(ROOT).as_posix()
        for folder in package_folders().values()
        for path in folder.rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    ]


EXTRAS: Final = {
    "cloud_sync.protocol": (),
    "cloud_sync.hq": ("hq",),
    "edge_agent": ("edge",),
    "hardware": ("devices", "edge", "vision"),
    "kiosk_ui": ("kiosk",),
    "popshop": ("edge", "hq", "kiosk", "vision", "dev"),
}
"""Which extras of setup.cfg a room may lean on, besides what is always installed."""


@pytest.mark.parametrize("room", EXTRAS)
def test_every_package_that_is_imported_is_declared(room):
    requirements = setup()["options"]["install_requires"].splitlines()
    for extra in EXTRAS[room]:
        requirements += setup()["options.extras_require"][extra].splitlines()
    declared = {_plain(re.split(r"[\[<>=~; ]", line)[0]) for line in requirements if line}
    brought_by = metadata.packages_distributions()
    undeclared = {
        f"{module.where}: {name}"
        for module in modules()
        if module.name == room or module.name.startswith(f"{room}.")
        for name in _foreign(module.tree)
        if not declared & {_plain(package) for package in brought_by.get(name, [])}
    }
    assert not undeclared


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _foreign(tree: ast.Module) -> set[str]:
    """Top names of imported packages that are neither ours nor Python's."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - set(package_folders())


def test_whatever_is_said_in_chinese_is_said_in_english_too():
    lonely = [
        f"{module.where}:{line} has {sorted(names)}"
        for module in modules()
        for line, names in _keyword_sets(module.tree)
        if {name[:-3] for name in names if name.endswith("_zh")}
        != {name[:-3] for name in names if name.endswith("_en")}
    ]
    assert not lonely


def _keyword_sets(tree: ast.Module) -> Iterator[tuple[int, set[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, {keyword.arg for keyword in node.keywords if keyword.arg}
        elif isinstance(node, ast.Dict):
            yield node.lineno, {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
        elif isinstance(node, ast.ClassDef):
            names = (step.target for step in node.body if isinstance(step, ast.AnnAssign))
            yield node.lineno, {name.id for name in names if isinstance(name, ast.Name)}


def test_shell_commands_can_be_run():
    scripts = [ROOT / ".ci/run", *(path for path in (ROOT / "scripts").iterdir() if path.is_file())]
    assert not [path.name for path in scripts if not path.stat().st_mode & 0o100]
