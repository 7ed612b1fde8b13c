"""A package: its files, their checksums, and the archive, which is the same bytes each time."""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from api.clock import day_of
from api.packages.pdf import guideline_pdf
from api.packages.reading import Dossier
from api.pages.redlines import in_swedish, placed
from api.pages.rendering import document
from api.redline import redline
from db.canonical import canonical

_FORMAT = "samsprak-package/1"
# Files for everybody to read, and none to run.
_MODE = 0o100644 << 16


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    told: str
    body: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def pack(dossier: Dossier) -> bytes:
    """Make the archive: the text and what tells about it, what describes both, and the checksums of all."""
    texts = _texts(dossier)
    described = [*texts, _metadata_json(dossier, texts), _metadata_xml(dossier, texts)]
    sums = "".join(f"{file.digest}  {file.name}\n" for file in described)
    return _archived(dossier, [*described, File("SHA256SUMS", "text/plain", "Kontrollsummor", sums.encode())])


def _texts(dossier: Dossier) -> list[File]:
    content, head = dossier.content, dossier.head
    told = {"dossier": dossier, "content": dossier.version.content, "title": in_swedish(content["title"])}
    html = "text/html; charset=utf-8"
    files = [
        File("riktlinje.html", html, "Den exakta texten, att läsa", document("package/riktlinje.html", **told)),
        File(
            "riktlinje.pdf",
            "application/pdf",
            "Den exakta texten, för utskrift och arkiv",
            guideline_pdf(content, head, dossier.version.decision.body, day_of(dossier.version.published_at)),
        ),
        File(
            "riktlinje.json",
            "application/json",
            "Den exakta texten, för program: filens SHA-256 är versionens kontrollsumma",
            canonical(content),
        ),
        File(
            "konsekvenser.html",
            html,
            "Bedömningar, och vad som ska finnas på plats",
            document("package/konsekvenser.html", **told),
        ),
    ]
    if dossier.earlier is not None:
        changes = placed(redline(dossier.earlier, content))
        files.append(
            File(
                "andringar.html",
                html,
                f"Vad som skiljer från version {dossier.compared_with}",
                document("package/andringar.html", changes=changes, **told),
            )
        )
    return files


def _metadata_json(dossier: Dossier, files: Sequence[File]) -> File:
    town = dossier.town
    told: dict[str, Any] = {
        "format": _FORMAT,
        "dokumenthuvud": {line.name: line.value for line in dossier.head},
        "guideline": dossier.version.guideline,
        "version": dossier.version.number,
        "contentHash": dossier.version.content_hash,
        "municipality": {"code": town.code, "name": town.name} if town else None,
        "comparedWith": dossier.compared_with,
        "files": [
            {"name": file.name, "mediaType": file.media_type, "sha256": file.digest, "description": file.told}
            for file in files
        ],
        "links": {"version": dossier.links.version, "html": dossier.links.html, "package": dossier.links.package},
    }
    body = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    return File("metadata.json", "application/json", "Metadata", body.encode())


def _metadata_xml(dossier: Dossier, files: Sequence[File]) -> File:
    root = ET.Element("paket", format=_FORMAT)
    head = ET.SubElement(root, "dokumenthuvud")
    for line in dossier.head:
        if line.value is not None:
            ET.SubElement(head, line.name).text = line.value
    if dossier.town:
        ET.SubElement(root, "kommun", kod=dossier.town.code).text = dossier.town.name
    if dossier.compared_with:
        ET.SubElement(root, "jamfordMed", version=dossier.compared_with)
    listed = ET.SubElement(root, "filer")
    for file in files:
        ET.SubElement(listed, "fil", namn=file.name, medietyp=file.media_type, sha256=file.digest).text = file.told
    links = ET.SubElement(root, "adresser")
    for name, address in (
        ("version", dossier.links.version),
        ("sida", dossier.links.html),
        ("paket", dossier.links.package),
    ):
        ET.SubElement(links, name).text = address
    ET.indent(root)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    return File("metadata.xml", "application/xml", "Metadata", body)


def _archived(dossier: Dossier, files: Sequence[File]) -> bytes:
    """Put the files into one folder; all are as old as the version is."""
    moment = dossier.version.published_at.astimezone(UTC)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{dossier.name}/{file.name}", moment.timetuple()[:6])
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _MODE, 3
            archive.writestr(entry, file.body)
    return out.getvalue()
