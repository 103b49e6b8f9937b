"""The command line as a whole: quick to start, complete in its help, plain in its refusals."""

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

import popshop.commands
from popshop import console
from popshop.cli import ENTRIES, Entry, app, load, naming_the_extra
from popshop.console import UserError

HEAVY = ("fastapi", "kivy", "nicegui", "paho", "psycopg", "requests", "sqlite_utils", "uvicorn")
MODULES = sorted(path.stem for path in Path(popshop.commands.__path__[0]).glob("[!_]*.py"))


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def run_python(code: str, *arguments: str):
    """A fresh interpreter, as a person's shell would start it."""
    command = [sys.executable, "-c", code, *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def every_command(command, path=()):
    """A command and, when it is a group, all that stands below it."""
    yield " ".join(path), command
    for name, below in getattr(command, "commands", {}).items():
        yield from every_command(below, (*path, name))


def test_help_names_every_entry_with_its_one_line():
    text = " ".join(re.sub("[│╭╮╰╯─]", " ", run("--help").output).split())
    for entry in ENTRIES:
        assert f"{entry.name} {entry.summary}" in text


def test_help_loads_nothing_heavy():
    code = """
import sys
from popshop.cli import app
app(standalone_mode=False)
print(*sys.modules, file=sys.stderr)"""
    done = run_python(code, "--help")
    assert done.returncode == 0, done.stderr
    assert not set(HEAVY) & set(done.stderr.split())


def test_every_command_module_is_an_entry_and_every_entry_has_its_module():
    assert sorted(entry.name for entry in ENTRIES) == MODULES


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_command_and_every_option_explains_itself(entry):
    for path, command in every_command(load(entry), (entry.name,)):
        assert command.help, f"popshop {path} has no help"
        silent = [param.name for param in command.params if not getattr(param, "help", None)]
        assert not silent, f"popshop {path}: {silent} without a word of help"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_help_of_an_entry_opens(entry):
    result = run(entry.name, "--help")
    assert result.exit_code == 0, result.output
    assert f"popshop {entry.name}" in result.output


def test_version_is_the_installed_one():
    assert run("--version").output.strip() == f"popshop {metadata.version('popshop')}"


def test_a_mistyped_command_gets_a_suggestion():
    result = run("repaly")
    assert result.exit_code == 2
    assert "replay" in result.output


def test_what_a_person_can_put_right_is_one_line_and_status_two():
    code = """
from popshop.cli import app, main
from popshop.console import UserError
@app.command()
def trip(): raise UserError("no such file [x].csv: check the name")
main()"""
    done = run_python(code, "trip")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip() == "popshop: no such file [x].csv: check the name"


def test_a_package_that_is_not_installed_is_named_with_the_extra_that_brings_it():
    entry = Entry("hq", "", ("hq",), is_group=True)
    with pytest.raises(UserError, match=r"psycopg.*popshop\[hq\]"), naming_the_extra(entry):
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg.rows")


def test_a_hole_in_our_own_packages_is_not_blamed_on_an_extra():
    with pytest.raises(ModuleNotFoundError), naming_the_extra(Entry("hq", "", ("hq",))):
        raise ModuleNotFoundError("No module named 'cloud_sync.hq.gone'", name="cloud_sync.hq.gone")


def test_json_for_a_program_is_one_line_on_stdout(capsys):
    console.print_json({"店": 1, "rows": [1, None]})
    text = capsys.readouterr().out
    assert text.count("\n") == 1
    assert json.loads(text) == {"店": 1, "rows": [1, None]}


def test_a_table_shows_what_it_is_given_and_no_markup():
    with console.out.capture() as capture:
        console.out.print(console.table(["item", "units"], [["[bold]A1", 3], [None, 0]], numbers={"units"}))
    text = capture.get()
    assert "[bold]A1" in text
    assert "–" in text
