"""No library is locked below the version that has mended what was known of it."""

import re
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parent.parent
# Package, the lowest version that may be locked, and why.
FLOORS = """
fastapi          | 0.133.1 | the first that takes a starlette with the mends below
h11              | 0.16.0  | CVE-2025-43859: a chunk hides another request
jinja2           | 3.1.6   | CVE-2025-27516: a template gets out of its sandbox
pydantic         | 2.4     | CVE-2024-3772: an e-mail address takes minutes to read
python-jose      | 3.5.0   | CVE-2024-33663, CVE-2024-33664; what is left is held by api/identity/tokens.py
python-multipart | 0.0.31  | CVE-2024-53981, CVE-2026-24486 and others: endless or escaping parts
starlette        | 1.3.1   | CVE-2025-62727, CVE-2026-48710, CVE-2026-54282, CVE-2026-54283 and others
uvicorn          | 0.48    | headers of proxies that stand twice
"""


def entries(file: str) -> list[str]:
    """Give what a lock file says of each package; one may stand twice, for different Pythons."""
    return re.split(r"\n(?=\S)", (ROOT / file).read_text(encoding="utf-8").strip())


@pytest.mark.parametrize("line", FLOORS.strip().splitlines())
@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_a_known_hole_is_not_locked_in(file: str, line: str) -> None:
    package, floor, _why = (part.strip() for part in line.split("|"))
    found = [entry.split()[0].partition("==")[2] for entry in entries(file) if entry.startswith(f"{package}==")]
    assert found
    assert all(Version(number) >= Version(floor) for number in found)


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_is_locked_with_its_hashes(file: str) -> None:
    assert [one for one in entries(file) if not re.match(r"[a-z0-9-]+==\S+ .*\n +--hash=sha256:", one)] == []
