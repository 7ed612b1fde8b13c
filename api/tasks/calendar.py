"""The days of a county and of a municipality as iCalendar (RFC 5545), for the calendars that people have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from icalendar import Calendar, Event
from sqlmodel import Session

from api.errors import invalid
from api.pages.redlines import in_swedish
from api.tasks.reading import find_tasks
from api.tasks.rules import Task, task_id
from db.guidelines import VersionHead, version_heads
from db.organisations import find_organisation
from db.vocabulary import TaskKind


@dataclass(frozen=True)
class Entry:
    """One whole day."""

    uid: str
    day: date
    title: str
    url: str
    category: str
    changed_at: datetime


def find_entries(
    session: Session, municipality: str | None, day: date, api_url: str, base_url: str, *, private: bool
) -> tuple[str, list[Entry]]:
    """Give a calendar's name and its days; raises Unprocessable for a code that no municipality has."""
    entries = [entry_of_version(head, base_url) for head in version_heads(session)]
    if municipality is None:
        return "Samspråk", entries
    town = find_organisation(session, municipality)
    if town is None:
        raise invalid("/query/municipality", "unknown-municipality", "is the code of no municipality, as 2281 is")
    tasks = find_tasks(session, municipality, day)
    entries += [entry_of_task(task, api_url) for task in tasks if private or task.kind != TaskKind.DECISION_NEEDED]
    return f"Samspråk: {town.name}", entries


def entry_of_task(task: Task, api_url: str) -> Entry:
    return Entry(task.id, task.due, task.title, f"{api_url}/{task.subject}", task.kind, task.changed_at)


def entry_of_version(head: VersionHead, base_url: str) -> Entry:
    """Tell of the day on which a version comes into force."""
    return Entry(
        uid=task_id("guidelines", head.guideline_id, head.number),
        day=head.in_force_from,
        title=f"{in_swedish(head.title)}, version {head.number}, börjar gälla",
        url=f"{base_url}/riktlinjer/{head.guideline_id}?datum={head.in_force_from}",
        category="in_force",
        changed_at=head.published_at,
    )


def calendar_file(name: str, entries: Iterable[Entry]) -> bytes:
    """Write the calendar, the first day first: the same bytes as long as nothing changes."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Samsprak//Samsprak//SV")
    calendar.add("X-WR-CALNAME", name)
    for entry in sorted(entries, key=lambda entry: (entry.day, entry.uid)):
        event = Event()
        event.add("UID", entry.uid)
        event.add("DTSTAMP", entry.changed_at)
        event.add("LAST-MODIFIED", entry.changed_at)
        event.add("DTSTART", entry.day)
        event.add("SUMMARY", entry.title)
        event.add("URL", entry.url)
        event.add("CATEGORIES", [entry.category])
        # A day to know of, not one that is taken.
        event.add("TRANSP", "TRANSPARENT")
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
