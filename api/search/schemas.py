"""The JSON of search and suggestions."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.interpretations.schemas import Overlaid, OverlayQuery
from api.schemas import AsOfPaging, LanguageRange, Output, Page, QueryInt, QueryMoment, Slug
from api.search.facets import Facet
from api.terms.schemas import TermRead
from db.vocabulary import Audience, LabelKind, TermStatus

_FACET = "|".join(Facet)
SearchText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Facets = Annotated[str, StringConstraints(pattern=f"^({_FACET})(,({_FACET}))*$", max_length=100)]
_Letter = Annotated[str, StringConstraints(pattern=r"^(.|0–9|Tecken)$")]


class Matched(Output):
    """The label that answers a query; `form` is its inflected form, where that is what answers."""

    value: str
    kind: LabelKind
    language: str
    form: str | None


class Suggestion(Overlaid):
    """A term that a word leads to; of a word that is not to be written, `use` is the one to write, `reason` why."""

    term_id: str
    preferred_label: str
    matched: Matched
    use: str | None
    reason: str | None


class Suggestions(Output):
    items: list[Suggestion]


class FoundTerm(TermRead):
    """A term in a list; `matched` is the label that answers `q`: null where a definition does, and without `q`."""

    matched: Matched | None


class FacetCount(Output):
    """How many terms of the list have a value, if all filters but that of the facet itself are kept."""

    value: str
    count: int


class Facets(Output):
    """The counts that `facets` asks for; the letters in Swedish order.

    A language counts the found terms that have a label in it; as a filter it also says in which `q` is looked for.
    """

    domain: list[FacetCount] | None
    status: list[FacetCount] | None
    language: list[FacetCount] | None
    audience: list[FacetCount] | None
    letter: list[FacetCount] | None


class TermPage(Page[FoundTerm]):
    facets: Facets | None


class TermQuery(OverlayQuery, AsOfPaging):
    """Which terms; without `status` deprecated terms are left out, except of what has changed since."""

    changed_since: QueryMoment | None = Field(
        None,
        description="Only terms that changed at this instant or later, deprecated ones too; a day begins at 00:00.",
    )
    q: SearchText | None = Field(None, description="Words to look for, in labels first, then in definitions.")
    language: LanguageRange | None = Field(None, description="Only terms with a label in this language.")
    domain: Slug | None = Field(None, description="Only terms of this subject domain.")
    status: TermStatus | None = Field(None, description="Only terms of this status.")
    audience: Audience | None = Field(None, description="Only terms with a definition for this audience.")
    letter: _Letter | None = Field(None, description="Only terms under this letter of the alphabet, `0–9` or `Tecken`.")
    facets: _Facets | None = Field(None, description="Count the terms by these, such as `domain,letter`.")


class SuggestionQuery(OverlayQuery):
    q: SearchText = Field(description="The beginning, or a part, of a word.")
    language: LanguageRange | None = Field(None, description="Only labels in this language.")
    limit: QueryInt = Field(10, ge=1, le=50, description="How many suggestions at the most.")
