"""Who may manage which clients, how far up, and what a client must never be without: pure rules.

Whoever gives a client its scopes, a secret or a key can act as that client. So each of these is bounded by what the
giver may do itself, and by what machines need where the county gives on behalf of a municipality.
"""

from api.errors import Conflict, Forbidden, LastCredential
from api.identity.authenticate import Caller
from api.identity.clients import MOST_SECRETS
from api.identity.permissions import ROLES, possible_scopes, takes_part


def manages_all(caller: Caller) -> bool:
    """Tell who is the county's administrator: the one who also decides whose tokens speak for whom."""
    return "issuers:manage" in caller.scopes


def organisation_for(caller: Caller, named: str | None) -> str:
    """Give the organisation that a new client is to speak for; raises Forbidden for another's."""
    if named is None or named == caller.organisation:
        return caller.organisation
    if not manages_all(caller):
        raise Forbidden(f"This token speaks for {caller.organisation}: leave organisation out.")
    return named


def is_visible(caller: Caller, organisation: str) -> bool:
    return organisation == caller.organisation or (
        manages_all(caller) and takes_part(organisation, caller.organisation)
    )


def grantable(caller: Caller, organisation: str) -> frozenset[str]:
    """Give the scopes that this caller may give a client of an organisation.

    Its own, for its own organisation. The county's administrator decides no proposal and writes no decision, but
    registers machines: what an integrator needs, for any organisation, and nothing that lets a machine act as a person
    or make more machines. More than that the organisation itself can give, or an operator by the command line.
    """
    own = caller.scopes if organisation == caller.organisation else frozenset()
    lent = ROLES["integrator"] if manages_all(caller) else frozenset()
    return (own | lent) & possible_scopes(organisation)


def check_grant(caller: Caller, organisation: str, scopes: list[str]) -> None:
    """Refuse to give a client what its giver may not give."""
    allowed = grantable(caller, organisation)
    if not allowed.issuperset(scopes):
        raise Forbidden(f"No client gets more than its giver may give, which is {', '.join(sorted(allowed))}.")


def check_room(secrets: int) -> None:
    if secrets >= MOST_SECRETS:
        raise Conflict(f"The client has {MOST_SECRETS} secrets: revoke the one that is no longer used.")


def check_way_in(secrets: int, keys: int) -> None:
    """See that a client keeps a way in: to shut it out is said by disabling it."""
    if secrets + keys == 0:
        raise LastCredential("This is the last secret or key: add another first, or disable the client.")
