"""The documentation: every popshop command and option in its examples exists; every link leads somewhere."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from popshop.cli import ENTRIES, load

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")


class Example(NamedTuple):
    """One command line of a page."""

    where: str
    line: str
    words: list[str]


def examples(page: Path) -> list[Example]:
    """The lines after a `$ ` prompt in the page's console blocks, one entry per command of a pipeline."""
    found = []
    for block in FENCE.findall(page.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            line = line.strip()
            if not line.startswith("$ "):
                continue  # what the command prints
            lexer = shlex.shlex(line[2:], posix=True, punctuation_chars="|&;<>")
            lexer.whitespace_split = True
            found += [Example(page.name, line, words) for words in _commands(list(lexer))]
    return found


def _commands(words: list[str]) -> list[list[str]]:
    commands: list[list[str]] = [[]]
    for word in words:
        if set(word) <= set("|&;"):
            commands.append([])
        elif commands[-1] or not ASSIGNMENT.fullmatch(word):
            commands[-1].append(word)
    return [command for command in commands if command]


EXAMPLES = [example for page in PAGES for example in examples(page)]


def popshop_arguments(words: list[str]) -> list[str] | None:
    """What is given to popshop; None when it is another program's line."""
    if words[0] == "scripts/demo":
        return ["demo", *words[1:]]
    return words[1:] if words[0].rpartition("/")[2] == "popshop" else None


def check(arguments: list[str]) -> None:
    """Walk the command tree along the arguments, then compare with what the command takes."""
    if arguments[0].startswith("-"):
        assert arguments[0] in ("--help", "--version", "--install-completion")
        return
    entries = {entry.name: entry for entry in ENTRIES}
    assert arguments[0] in entries, f"no command {arguments[0]!r}"
    command = load(entries[arguments[0]])
    rest = arguments[1:]
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    assert not getattr(command, "commands", {}) or rest == ["--help"], f"which command of {arguments[0]}?"
    options = {
        name: param
        for param in command.params
        if param.param_type_name == "option"
        for name in (*param.opts, *param.secondary_opts)
    }
    places = [param for param in command.params if param.param_type_name == "argument"]
    given = 0
    while rest:
        word, *rest = rest
        if word in ("<", ">", ">>", "2"):
            rest = rest[1:]
        elif word.startswith("-"):
            name, equals, _ = word.partition("=")
            assert name == "--help" or name in options, f"no option {name}"
            if name != "--help" and not options[name].is_flag and not equals:
                assert rest, f"{name} wants a value"
                rest = rest[1:]
        else:
            given += 1
    assert given <= len(places) or any(place.nargs == -1 for place in places), "too many arguments"


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: f"{example.where}: {' '.join(example.words)}"[:80]
)
def test_every_command_in_the_documentation_exists(example):
    arguments = popshop_arguments(example.words)
    if arguments is not None:
        check(arguments)
    elif example.words[0].startswith("scripts/"):
        assert (ROOT / example.words[0]).is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_in_the_documentation_leads_somewhere(page):
    broken = [
        target for target in LINK.findall(page.read_text("utf-8")) if not (page.parent / target).exists()
    ]
    assert not broken


@pytest.mark.parametrize(
    "contents", [ROOT / "README.md", ROOT / "docs/decisions/README.md"], ids=["docs", "decisions"]
)
def test_every_page_is_found_from_its_list_of_contents(contents):
    folder = ROOT / "docs" if contents.parent == ROOT else contents.parent
    linked = {(contents.parent / target).resolve() for target in LINK.findall(contents.read_text("utf-8"))}
    assert not sorted(page.name for page in folder.glob("*.md") if page != contents and page not in linked)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_shell_examples_use_the_one_form_that_is_checked(page):
    others = re.findall(r"^ *```(?:sh|bash|shell|shell-session)$", page.read_text("utf-8"), re.MULTILINE)
    assert not others, "use ```console with a `$ ` before each command"


def test_there_is_something_to_check():
    assert any(popshop_arguments(example.words) for example in EXAMPLES)


@pytest.mark.parametrize(
    "line",
    ["hq fly", "hq run --sideways", "doctor --data", "doctor --data x y", "fly", "hq"],
)
def test_an_example_of_what_is_not_there_is_found(line):
    with pytest.raises(AssertionError):
        check(line.split())
