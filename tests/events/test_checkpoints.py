"""Checkpoints: one a stream and day, on demand, and proof against whoever changes the log and its hashes too."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
import sqlalchemy as sa
import time_machine

from api.events.checkpoints import DailySigner, read_checkpoint
from api.identity.parts import InvalidToken
from db.events import Head
from tests.conftest import County
from tests.events.test_chain import put, whole
from tests.events.test_verify import verify
from tests.faults.waiting import wait_until
from tests.proposals.acts import amendment, draft


def sign(county: County, organisation: str, role: str, stream: str = "public", **headers: str) -> Any:
    return county.send("POST", "/events/checkpoints", {"stream": stream}, county.token(organisation, role), **headers)


def listed(county: County, stream: str = "public", by: str | None = None) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = county.get(f"/events/checkpoints?stream={stream}", by).json()["items"]
    return items


def test_a_checkpoint_is_signed_by_the_issuers_key_and_told_to_all(county: County) -> None:
    answer = sign(county, "22", "county_admin")
    assert answer.status_code == 200
    made, last = answer.json(), whole(county)[-1]
    assert (made["stream"], made["sequence"], made["hash"]) == ("public", 118, last["hash"])
    keys = {key["kid"]: key for key in county.get("/.well-known/jwks.json").json()["keys"]}
    assert read_checkpoint(made["jws"], keys) == ("public", Head(118, last["hash"].removeprefix("sha256:")))
    assert made in listed(county)


def test_the_same_state_is_signed_once_a_day_and_a_change_anew(county: County) -> None:
    first = sign(county, "22", "county_admin").json()
    assert sign(county, "22", "county_editor").json() == first
    put(county, "2281", "1")
    assert sign(county, "22", "county_admin").json()["sequence"] == 119


REFUSED = {
    ("2281", "coordinator", "public"): 403,
    ("2281", "coordinator", "2260"): 403,
    ("22", "county_admin", "2281"): 403,
    ("2281", "editor", "2281"): 403,
    ("2281", "coordinator", "2281"): 200,
    ("22", "county_editor", "22"): 200,
}


@pytest.mark.parametrize("asked", REFUSED, ids=" ".join)
def test_each_has_its_own_stream_signed_and_the_county_the_public_one(
    asked: tuple[str, str, str], county: County
) -> None:
    assert sign(county, *asked).status_code == REFUSED[asked]


def test_an_organisations_checkpoints_open_to_its_token_alone(county: County) -> None:
    draft(county, county.token("2281"), amendment(county))
    sign(county, "2281", "coordinator", "2281")
    assert [one["sequence"] for one in listed(county, "2281", county.token("2281", "coordinator"))] == [1]
    assert county.get("/events/checkpoints?stream=2281").status_code == 401
    assert county.get("/events/checkpoints?stream=2281", county.token("2260", "coordinator")).status_code == 403
    assert county.get("/events/checkpoints?stream=2281", county.token("2281", "editor")).status_code == 403


def test_each_day_is_signed_once_whoever_comes_first(county: County) -> None:
    draft(county, county.token("2281"), amendment(county))
    state = county.app.state

    def day(_process: int) -> None:
        DailySigner(state.database, state.keys, county.settings.base_url).try_to_sign()

    for noon in ("2027-03-28T10:00Z", "2027-03-29T10:00Z"):
        with time_machine.travel(noon, tick=False), ThreadPoolExecutor(4) as processes:
            list(processes.map(day, range(8)))
    with state.database.reader.connect() as connection:
        query = (
            "SELECT stream, day, count(*) FROM checkpoint WHERE day BETWEEN '2027-03-01' AND '2027-03-31' GROUP BY 1, 2"
        )
        found = connection.execute(sa.text(query + " ORDER BY 1, 2")).all()
    assert [(row[0], str(row[1]), row[2]) for row in found] == [
        (stream, f"2027-03-{day}", 1) for stream in ("2281", "public") for day in (28, 29)
    ]


def test_a_checkpoint_is_no_access_token_and_an_access_token_no_checkpoint(county: County) -> None:
    jws = sign(county, "22", "county_admin").json()["jws"]
    assert county.get("/proposals", jws).status_code == 401
    with pytest.raises(InvalidToken, match="header"):
        read_checkpoint(county.token("2281"), county.app.state.keys.ring.public)


@pytest.fixture
def kept(county: County, tmp_path: Path) -> Path:
    """Keep what a municipality keeps: the feed, a checkpoint, the keys."""
    (tmp_path / "feed.json").write_text(county.get("/events?limit=1000").text, encoding="utf-8")
    (tmp_path / "checkpoint.json").write_text(sign(county, "22", "county_admin").text, encoding="utf-8")
    (tmp_path / "page.json").write_text(county.get("/events/checkpoints").text, encoding="utf-8")
    (tmp_path / "jwks.json").write_text(county.get("/.well-known/jwks.json").text, encoding="utf-8")
    return tmp_path


def test_a_feed_is_proven_by_what_was_kept_and_nothing_else(kept: Path) -> None:
    for name in ("checkpoint.json", "page.json"):
        done = verify(str(kept / "feed.json"), f"--checkpoint={kept / name}", f"--jwks={kept / 'jwks.json'}")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("public: 118 events, 1 checkpoints, whole up to sha256:")


def test_a_feed_cut_at_its_end_is_found_by_a_checkpoint_alone(kept: Path) -> None:
    feed = json.loads((kept / "feed.json").read_text())
    short = "\n".join(json.dumps(event) for event in feed["items"][:100])
    assert verify("-", stdin=short).returncode == 0
    done = verify("-", f"--checkpoint={kept / 'page.json'}", f"--jwks={kept / 'jwks.json'}", stdin=short)
    assert done.stderr == "samsprak: event 101: it is missing: the stream once went to 118\n"


def _flip(text: str) -> str:
    # A character in the middle of the signature, which all of its bits count in.
    head, _, signature = text.rpartition(".")
    return f"{head}.{signature[:9]}{'A' if signature[9] != 'A' else 'B'}{signature[10:]}"


SPOILT = {
    "another signature": _flip,
    "none": lambda jws: jws.rpartition(".")[0] + ".",
    "no JWS": lambda _jws: "x",
    "another type": lambda jws: "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ" + jws[jws.index(".") :],
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_checkpoint_that_nobody_signed_proves_nothing(spoil: Any, kept: Path) -> None:
    text = (kept / "checkpoint.json").read_text()
    changed = re.sub('"jws":"([^"]*)"', lambda found: f'"jws":"{spoil(found[1])}"', text)
    (kept / "checkpoint.json").write_text(changed)
    done = verify(str(kept / "feed.json"), f"--checkpoint={kept / 'checkpoint.json'}", f"--jwks={kept / 'jwks.json'}")
    assert done.returncode == 1
    assert re.fullmatch(r"samsprak: a checkpoint of .* proves nothing: [a-z0-9-]+\n", done.stderr)


def test_nobody_waits_for_a_place_among_the_writers_to_be_told_that_a_token_is_needed(county: County) -> None:
    # The server's own worker may have the place for a moment.
    wait_until(lambda: takes_a_place(county), "the one place among SQLite's writers")
    try:
        assert county.send("POST", "/events/checkpoints", {"stream": "public"}).status_code == 401
    finally:
        county.app.state.turns.release()


def takes_a_place(county: County) -> bool:
    try:
        county.app.state.turns.acquire_nowait()
    except anyio.WouldBlock:
        return False
    return True
