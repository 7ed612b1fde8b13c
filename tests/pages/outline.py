"""What a page is made of, as far as the tests ask."""

from html.parser import HTMLParser

Attributes = dict[str, str | None]

# Elements without an end tag.
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_BLOCKS = frozenset(
    ["article", "div", "dl", "form", "h1", "h2", "h3", "h4", "ol", "p", "pre", "section", "table", "ul"]
)
# Where these may stand.
_PARENTS = {
    "li": {"ul", "ol"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "tr": {"thead", "tbody"},
    "th": {"tr"},
    "td": {"tr"},
    "caption": {"table"},
}


class Outline(HTMLParser):
    """The elements of a page in order, and what is wrong with how they stand in one another."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"{tag} is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1] if self._open else ""
        if tag in _PARENTS and parent not in _PARENTS[tag]:
            self.faults.append(f"{tag} in {parent}")
        if tag in _BLOCKS and "p" in self._open:
            self.faults.append(f"{tag} in p")
        if len(dict(attrs)) < len(attrs):
            self.faults.append(f"an attribute of {tag} stands twice")
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.faults.append(f"/{tag} closes {self._open[-1:]}")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, *names: str) -> list[Attributes]:
        return [attributes for tag, attributes in self.elements if tag in names]

    def every(self, attribute: str) -> list[str]:
        """List the values of an attribute, wherever it stands."""
        return [str(attributes[attribute]) for _, attributes in self.elements if attribute in attributes]

    @property
    def text(self) -> str:
        """All that is read, with single spaces."""
        return " ".join("".join(self.texts).split())


class Grid(HTMLParser):
    """The texts of a page's tables, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (the parser's signature)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self.rows[-1][-1] = " ".join(self.rows[-1][-1].split())
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data
