"""The text of an HTML document, with where it stands in it: tokens as the HTML standard cuts them.

Nothing is repaired and no tree is built. What must be known is where a browser would see text and where a tag, and
that is told by the standard's tokenizer, which never fails: https://html.spec.whatwg.org/multipage/parsing.html. Each
repeat below is possessive, so that broken HTML costs no more than good.
"""

import html
import re

from api.annotations.spans import Traced

# Never marked: what is a link, code, a form, a mark already or another language than text.
PASSED_OVER = frozenset(
    {
        *("a", "abbr", "acronym", "audio", "button", "canvas", "code", "dfn", "iframe", "kbd", "mark", "math"),
        *("noembed", "noframes", "noscript", "object", "option", "plaintext", "pre", "samp", "script", "select"),
        *("style", "svg", "template", "textarea", "title", "tt", "var", "video", "xmp"),
    }
)
_RAW = frozenset({"iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Tags that part no words: "avtal" is not a word of "<b>avtal</b>et".
_INLINE = frozenset(
    {
        *("", "b", "bdi", "bdo", "big", "cite", "del", "em", "font", "i", "ins", "nobr", "q", "s", "small", "span"),
        *("strike", "strong", "sub", "sup", "u", "wbr"),
    }
)
_ATTRIBUTES = r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?)?)*+"""
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+(?:>|\Z)|</[^a-zA-Z>][^>]*+(?:>|\Z)|</>"
    rf"|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)"
    r"|&(?:\#[xX][0-9a-fA-F]++|\#[0-9]++|[a-zA-Z][a-zA-Z0-9]*+(?=;));?",
    re.DOTALL,
)
_SCRIPT = re.compile(r"(?P<open><!--)|(?P<shut>-->)|<(?P<close>/?)script(?=[\s/>])", re.IGNORECASE)
_OWN_MARK = re.compile(r"(?:^|[\s/\"'])data-term(?=[\s/=]|\Z)", re.IGNORECASE)
# What stands for a tag: one that parts words, or one in the midst of a word, which is then no word that we know.
_GAP, _SEAM = "\0", "\ufdd0"


def text_of(source: str) -> tuple[Traced, list[int]]:
    """Give the text that may be marked, traced to the HTML, and where in the HTML each heading begins."""
    text, headings = _Text(source), list[int]()
    open_now: dict[str, int] = {}
    at = 0
    while found := _TOKEN.search(source, at):
        text.add(at, found.start(), passed_over=bool(open_now))
        at = found.end()
        name = (found["name"] or "").lower()
        if found[0].startswith("&"):
            text.add_letter(found.start(), found[0], passed_over=bool(open_now))
            continue
        text.add_tag(found.start(), parts_words=name not in _INLINE)
        if name in _HEADINGS and not found["close"]:
            headings.append(found.start())
        if found["close"]:
            _close(open_now, name)
        elif name:
            _open(open_now, name, found["attributes"])
            if name in _RAW:
                at = _end_of_raw(source, name, at)
            elif name == "plaintext":
                at = len(source)
    text.add(at, len(source), passed_over=bool(open_now))
    text.end()
    return text.traced, headings


class _Text:
    """The text as it comes: a tag waits until it is known what follows."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.traced = Traced()
        self._last = " "
        self._tag: tuple[int, bool] | None = None

    def add(self, start: int, end: int, *, passed_over: bool) -> None:
        if start == end:
            return
        if passed_over:
            self.add_tag(start, parts_words=True)
        else:
            self._put(self._source[start:end], start)

    def add_letter(self, start: int, written: str, *, passed_over: bool) -> None:
        if passed_over:
            self.add_tag(start, parts_words=True)
        else:
            letter = html.unescape(written)
            self._put(letter if len(letter) == 1 else _GAP, start)

    def add_tag(self, start: int, *, parts_words: bool) -> None:
        """Several tags at one place are one, and part words if one of them does."""
        first, parted = self._tag or (start, False)
        self._tag = (first, parted or parts_words)

    def _put(self, piece: str, start: int) -> None:
        if self._tag is not None:
            first, parted = self._tag
            seam = not parted and self._last.isalnum() and piece[0].isalnum()
            self.traced.add(_SEAM if seam else _GAP, first)
            self._tag = None
        self.traced.add(piece, start)
        self._last = piece[-1]

    def end(self) -> None:
        """Tell where the last piece ends."""
        self.traced.add("", self._tag[0] if self._tag else len(self._source))


def _open(open_now: dict[str, int], name: str, attributes: str) -> None:
    if name == "a":
        # A link in a link ends the first.
        open_now[name] = 1
    elif name in {"svg", "math"} and attributes.endswith("/"):
        return
    elif name in PASSED_OVER or name in open_now or _OWN_MARK.search(attributes):
        open_now[name] = open_now.get(name, 0) + 1


def _close(open_now: dict[str, int], name: str) -> None:
    if name in open_now:
        open_now[name] -= 1
        if not open_now[name]:
            del open_now[name]


def _end_of_raw(source: str, name: str, at: int) -> int:
    """Find the end tag of an element that holds no tags; without one it lasts to the end."""
    if name == "script":
        return _end_of_script(source, at)
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(source, at)
    return found.start() if found else len(source)


def _end_of_script(source: str, at: int) -> int:
    """Find the end of a script: one in a comment in it has an end tag of its own."""
    in_comment = in_script = False
    while found := _SCRIPT.search(source, at):
        at = found.end()
        if found["open"]:
            in_comment = True
            # The dashes of "<!-->" close it as well.
            at -= 2
        elif found["shut"]:
            in_comment = in_script = False
        elif found["close"]:
            if not in_script:
                return found.start()
            in_script = False
        else:
            in_script = in_comment
    return len(source)
