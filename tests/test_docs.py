"""Every command of the docs is run, in order, and every answer that they show is compared."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import PG_PROGRAMS, County, Store, serving
from tests.faults.servers import free_port

ROOT = Path(__file__).parent.parent
# A page that shows commands; what is in `bash` blocks is run by CI instead.
PAGES = (
    "README.md",
    "docs/process.md",
    "docs/intranets.md",
    "docs/integrators.md",
    "docs/webhooks.md",
    "docs/operations.md",
    "docs/evidence.md",
)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "=== end of block ==="
# Where the receiver of a page listens.
_RECEIVER = "127.0.0.1:9000"


@dataclass(frozen=True)
class Step:
    """A block of commands, and the answer that stands below it, if any."""

    commands: str
    answer: str | None


def steps_of(page: str) -> list[Step]:
    """Read the steps of a page: a `sh` block, and the `json`, `text` or `csv` block that follows at once."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = list(_BLOCK.finditer(text))
    steps = []
    for index, block in enumerate(blocks):
        if block[1] != "sh":
            continue
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        is_answer = (
            following is not None and following.start() == block.end() + 1 and following[1] in ("json", "text", "csv")
        )
        steps.append(Step(block[2], following[2] if is_answer and following else None))
    return steps


def fits(answer: str, printed: str) -> bool:
    """Tell whether an answer was printed; `…` stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in answer.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def run(steps: list[Step], county: County, database_url: str, folder: Path, receiver: str) -> list[str]:
    """Run all steps in one shell against a served county; gives what each printed."""
    script = "\n".join(f"{step.commands}\necho; echo '{_END}'" for step in steps)
    script = script.replace("http://127.0.0.1:8000", county.settings.base_url)
    script = script.replace(_RECEIVER, receiver).replace('"127.0.0.1", 9000', f'"127.0.0.1", {receiver.split(":")[1]}')
    script = script.replace(".venv/bin/python", sys.executable).replace("var/", f"{folder}/")
    environment = os.environ | {
        "SAMSPRAK_DATABASE_URL": database_url,
        "SAMSPRAK_BASE_URL": county.settings.base_url,
        "COLUMNS": "200",
        # As a terminal in Sweden has it, where the day of a decision is another than UTC's for an hour or two.
        "TZ": "CET-1CEST,M3.5.0,M10.5.0/3",
        # pg_dump is where the tests' own server is.
        "PATH": f"{PG_PROGRAMS}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = done.stdout.replace(county.settings.base_url, "http://127.0.0.1:8000")
    return printed.split(f"{_END}\n")[:-1]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_give_the_answers_that_it_shows(page: str, store: Store, tmp_path: Path) -> None:
    steps = steps_of(page)
    assert any(step.answer for step in steps), "the page shows no answer"
    url = store.copy()
    receiver = f"127.0.0.1:{free_port()}"
    with serving(url, deliver=True, listen_seconds=60, outbound_private_hosts=(receiver,)) as county:
        printed = run(steps, county, url, tmp_path, receiver)
    store.drop(url)
    for step, text in zip(steps, printed, strict=True):
        assert step.answer is None or fits(step.answer, text), f"{step.commands}\nprinted\n{text}"


@pytest.mark.parametrize("page", [*PAGES, "docs/security.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    named = set(
        re.findall(r"`((?:api|db|seed|tests|docs|migrations)/[\w./-]+)`", (ROOT / page).read_text(encoding="utf-8"))
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
