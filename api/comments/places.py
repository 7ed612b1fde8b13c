"""Where in a proposal's text a comment stands, and whether what stood there is unchanged."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlmodel import Session

from api.identity.authenticate import Caller
from api.proposals.kinds import TARGETS
from api.proposals.reading import text_for
from api.redline import leaves
from db.canonical import content_hash
from db.proposals import Proposal

_PROVISIONS = "/provisions/"
Content = Mapping[str, Any]


class Ground:
    """A text and the version that it builds on, by path as in a redline.

    A *path* names a provision by its number, a *place* by its key, which it keeps when it is renumbered.
    """

    def __init__(self, text: Content | None, base: Content | None, fields: Collection[str]) -> None:
        self._said = _under(text or {})
        self._places = {*self._said, *_under(base or {}), *(f"/{field}" for field in fields)}
        provisions = [item for content in (base, text) for item in (content or {}).get("provisions", ())]
        # The text's own come last and count: a new provision may have taken the number of a removed one.
        self._keys = {item["number"]: item["key"] for item in provisions}
        self._numbers = {item["key"]: item["number"] for item in provisions}

    def place_of(self, path: str) -> str:
        return _with_provision(path, self._keys)

    def path_of(self, place: str) -> str | None:
        """Give the path of a place as things are now; None where its provision is gone."""
        path = _with_provision(place, self._numbers)
        return None if path == place and path.startswith(_PROVISIONS) else path

    def knows(self, place: str) -> bool:
        return place in self._places

    def hash_of(self, place: str) -> str:
        """Hash all that the text says at a place and below it."""
        return content_hash(self._said.get(place, {}))


def ground_for(session: Session, proposal: Proposal, caller: Caller | None) -> Ground:
    """Give the ground of a proposal as a reader sees it."""
    text, kind = text_for(session, proposal, caller), TARGETS[proposal.target_type]
    base = kind.versions(session, proposal.target_id).get(text.base_version or "")
    return Ground(text.content, base, [str(field.alias) for field in kind.schema.model_fields.values()])


def _with_provision(path: str, names: Mapping[str, str]) -> str:
    """Call the provision of a path by its other name."""
    if not path.startswith(_PROVISIONS):
        return path
    name, slash, rest = path.removeprefix(_PROVISIONS).partition("/")
    return f"{_PROVISIONS}{names.get(name, name)}{slash}{rest}"


def _under(content: Content) -> dict[str, dict[str, Any]]:
    """Give for each path what is said at it and below it."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for leaf, value in leaves(content).items():
        steps = leaf.split("/")
        for depth in range(2, len(steps) + 1):
            found["/".join(steps[:depth])][leaf] = value
    return dict(found)
