"""A proposal as people read it: what it would change, what is said of it, and what came of it."""

import uuid
from typing import Any

from sqlmodel import Session

from api.comments.places import ground_for
from api.comments.reading import present_comment
from api.pages.redlines import place_in_words
from api.proposals.kinds import TARGETS
from api.proposals.reading import find_visible, present_decision, present_proposal, text_for
from api.redline import redline
from api.settings import Settings
from db.comments import page_of_comments
from db.guidelines import decision_on
from db.organisations import find_organisation, municipalities

# A page shows as many; the API has the rest.
_MOST_COMMENTS = 200


def proposal_view(session: Session, proposal_id: uuid.UUID, settings: Settings) -> dict[str, Any]:
    """Give what the page of a proposal shows to the public; raises NotFound for one that was not submitted."""
    proposal = find_visible(session, str(proposal_id), None)
    shown = present_proposal(session, proposal, None, settings.api_url)
    kind = TARGETS[proposal.target_type]
    base = kind.versions(session, proposal.target_id).get(shown.base_version or "")
    text = text_for(session, proposal, None)
    ground = ground_for(session, proposal, None)
    comments, total = page_of_comments(session, proposal.id, offset=0, limit=_MOST_COMMENTS, private=False)
    decision = decision_on(session, proposal.id)
    county = find_organisation(session, settings.county)
    names = {town.code: town.name for town in municipalities(session, settings.county)}
    return {
        "proposal": shown,
        "target": f"/{kind.page}/{proposal.target_id}" if shown.links.target else None,
        "changes": [(place_in_words(change.path), change) for change in redline(base, text.content)],
        "comments": [
            (place_in_words(comment.path) if comment.path else None, comment)
            for comment in (present_comment(each, ground, settings.api_url) for each in comments)
        ],
        "more": total - len(comments),
        "decision": present_decision(proposal, decision) if decision else None,
        "names": names | ({county.code: county.name} if county else {}),
    }
