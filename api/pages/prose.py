"""Texts in a small safe part of Markdown, as HTML: paragraphs, line breaks, emphasis, lists and links.

All else that Markdown has (headings, pictures, tables, HTML) stays as it was written: it would break the outline of a
page, or load something from elsewhere. What is rendered is then cleaned by a second library that knows nothing of the
first.
"""

from functools import lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt

_SYNTAX = ("emphasis", "escape", "link", "list", "newline", "balance_pairs", "fragments_join")
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
# Each list in a list is two levels. What lies deeper the parser would leave out.
_DEEPEST = 12

_markdown = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": _DEEPEST}).enable(
    list(_SYNTAX), ignoreInvalid=True
)


@lru_cache(maxsize=2048)
def prose(text: str) -> str:
    """Render a text; the HTML is safe whatever the text holds."""
    tokens = _markdown.parse(text)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        # Nobody shall hide a text from its readers: it stands as it was written.
        return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"
    made = _markdown.renderer.render(tokens, _markdown.options, {})
    # Relative addresses are let through by themselves: they lead to pages of this service.
    return nh3.clean(
        made, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="nofollow noopener"
    ).strip()
