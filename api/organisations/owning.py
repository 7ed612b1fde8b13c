"""Whoever writes what is a municipality's own speaks for it."""

from api.errors import Forbidden, NotFound
from api.identity.authenticate import Caller
from db.organisations import find_organisation, lock_organisation
from db.session import Transaction
from db.vocabulary import OrganisationKind


def lock_own_municipality(tx: Transaction, caller: Caller, municipality: str) -> None:
    """Refuse to speak for another: NotFound for no municipality, Forbidden for another's.

    What a municipality records is taken one at a time: retries at once would all find nothing stored.
    """
    if caller.organisation == municipality:
        found = lock_organisation(tx, municipality)
    else:
        found = find_organisation(tx, municipality)
    if found is None or found.kind != OrganisationKind.MUNICIPALITY:
        raise NotFound("No municipality has this code.")
    if caller.organisation != municipality:
        raise Forbidden(f"This token speaks for {caller.organisation}, not for {municipality}.")
