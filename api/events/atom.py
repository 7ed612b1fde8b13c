"""The feed of what has changed as an Atom document (RFC 4287), for feed readers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from db.events import instant_text

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One change as people read it; `html` is safe, and `address` a page."""

    id: str
    kind: str
    title: str
    author: str
    address: str
    at: datetime
    html: str


@dataclass(frozen=True)
class Links:
    """Where this document is, where the newest entries are, and where those before it."""

    self: str
    first: str
    next: str | None
    page: str


def atom_feed(feed_id: str, title: str, updated: datetime, links: Links, entries: Sequence[Entry]) -> bytes:
    """Write the document: the same bytes for the same entries."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "sv", "xml:base": links.page})
    _put(root, "id", feed_id)
    _put(root, "title", title)
    _put(root, "updated", instant_text(updated))
    _put(root, "generator", "Samspråk")
    _link(root, "self", links.self, MEDIA_TYPE)
    _link(root, "alternate", links.page, "text/html")
    # Paged as RFC 5005 has it: what is older is at `next`.
    _link(root, "first", links.first, MEDIA_TYPE)
    if links.next:
        _link(root, "next", links.next, MEDIA_TYPE)
    for entry in entries:
        _put_entry(root, entry)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _put_entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, "entry")
    _put(element, "id", entry.id)
    _put(element, "title", entry.title)
    _put(element, "updated", instant_text(entry.at))
    _put(element, "published", instant_text(entry.at))
    _put(ET.SubElement(element, "author"), "name", entry.author)
    ET.SubElement(element, "category", {"term": entry.kind})
    _link(element, "alternate", entry.address, "text/html")
    _put(element, "content", entry.html, type="html")


def _put(above: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(above, name, attributes).text = _UNWRITABLE.sub("\ufffd", text)


def _link(above: ET.Element, rel: str, href: str, media_type: str) -> None:
    ET.SubElement(above, "link", {"rel": rel, "href": href, "type": media_type})
