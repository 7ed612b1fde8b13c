"""Whose tokens are trusted in this process: the built-in issuer's, and those of every enabled row of the table."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from threading import Lock

import structlog

from api.identity.authenticate import Caller, caller_of
from api.identity.key_sets import KeySets, KeySource
from api.identity.tokens import Issuer, TokenVerifier, UnknownKey
from api.identity.verified import VerifiedTokens
from db.issuers import TrustedIssuer, changes_of_issuers, enabled_issuers
from db.session import Database, reading

log = structlog.get_logger("samsprak.trust")


def source_of(issuer: TrustedIssuer) -> KeySource:
    """Tell where the keys of a registered issuer are."""
    return KeySource(issuer.issuer, issuer.jwks_uri)


class Trust:
    """The table of trusted issuers, and the callers whose tokens have been verified by it.

    Made on the event loop; `refresh` blocks and belongs in a thread. Until it has run once, only `home` is trusted.
    """

    def __init__(  # what it is made of
        self,
        database: Database,
        home: Issuer,
        key_sets: KeySets,
        county: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._home = home
        self._key_sets = key_sets
        self._county = county
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._refreshing = Lock()
        self._changes = 0
        self._sources: dict[str, KeySource] = {}
        self._verifier = TokenVerifier({home.url: home}, now)
        self._verified = VerifiedTokens(now)
        key_sets.on_change = self.forget_verified

    def known(self, token: bytes) -> Caller | None:
        """Give the caller of a token that was verified before and still counts; costs a look in a table."""
        return self._verified.get(token)

    def knows(self, authorization: bytes) -> bool:
        """Tell of an Authorization header whether it holds such a token."""
        return authorization[:7].lower() == b"bearer " and self.known(authorization[7:]) is not None

    async def caller(self, token: str) -> Caller:
        """Say who calls. Raises InvalidToken, or Forbidden for an organisation that takes no part here.

        A key that is not at hand is asked for, within the bounds that KeySets sets.
        """
        # A good token is ASCII: no other text can be equal to one.
        sent = token.encode("utf-8", "replace")
        found = self.known(sent)
        if found is not None:
            return found
        try:
            return self._verify(token, sent)
        except UnknownKey as unknown:
            source = self._sources.get(unknown.issuer)
            if source is None or not await self._key_sets.find(source, unknown.kid):
                raise
        return self._verify(token, sent)

    def forget_verified(self) -> None:
        """Let every token be verified anew: keys or issuers have changed. Any thread."""
        self._verified = VerifiedTokens(self._now)

    def refresh(self) -> None:
        """Take in what the table of issuers holds now."""
        # One after another, or the rows that were read first could be put in place last.
        with self._refreshing:
            with reading(self._database) as session:
                # Before the rows: what changes between is seen at the next look.
                changes = changes_of_issuers(session)
                if changes == self._changes:
                    return
                rows = enabled_issuers(session)
            sources = {row.issuer: source_of(row) for row in rows}
            issuers = {row.issuer: self._issuer(row, sources[row.issuer]) for row in rows}
            gone = set(self._sources.values()) - set(sources.values())
            # The built-in issuer last: no row may stand in its place.
            self._verifier = TokenVerifier({**issuers, self._home.url: self._home}, self._now)
            self._sources, self._changes = sources, changes
            self.forget_verified()
        for source in gone:
            self._loop.call_soon_threadsafe(self._key_sets.forget, source)

    def try_to_refresh(self) -> None:
        """Refresh, or go on with the issuers that are here."""
        try:
            self.refresh()
            # A key that its issuer has withdrawn is noticed also while all tokens that come are known.
            for source in self._sources.values():
                self._key_sets.renew(source)
        except Exception:  # a database away: the next second is another try
            log.exception("cannot look for issuers")

    def _verify(self, token: str, sent: bytes) -> Caller:
        # The table as it is before the check: if keys or issuers change meanwhile, nobody asks this one again.
        verified = self._verified
        principal = self._verifier.verify(token)
        caller = caller_of(principal, self._county)
        verified.keep(sent, caller, principal.expires_at)
        return caller

    def _issuer(self, row: TrustedIssuer, source: KeySource) -> Issuer:
        return Issuer(
            url=row.issuer,
            audience=row.audience,
            algorithms=frozenset(row.algorithms),
            organisation=row.organisation,
            keys=partial(self._key_sets.known, source),
            role_claim=row.role_claim,
            role_map=row.role_map,
            org_number=row.org_number,
            max_lifetime=row.max_lifetime,
        )
