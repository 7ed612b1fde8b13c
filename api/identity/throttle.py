"""How often an address may fail at the token endpoint before it has to wait.

Failures count, successes never do. The narrow limit is of a client id at one address: counted by the id alone, anybody
who knows an id, which is no secret, could shut its client out. Secrets are 256 random bits and cannot be guessed at any
speed; what is limited is the work, and the noise in the log.
"""

import hashlib

from limits import RateLimitItemPerMinute

from api.edge.rate_limits import Budget, Limits

_AT_ONE_CLIENT = Budget("failures-of-client", RateLimitItemPerMinute(10))
_AT_ALL = Budget("failures", RateLimitItemPerMinute(60))


class Throttle:
    """Counts failures where all limits are counted."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def wait(self, address: str, client_id: str) -> int:
        """Tell for how many seconds this caller must not ask; 0 is not at all."""
        balances = [await self._limits.balance(*account) for account in _accounts(address, client_id)]
        return max((balance.seconds for balance in balances if balance.left <= 0), default=0)

    async def count_failure(self, address: str, client_id: str) -> None:
        for account in _accounts(address, client_id):
            await self._limits.take(*account)


def _accounts(address: str, client_id: str) -> list[tuple[Budget, str]]:
    accounts = [(_AT_ALL, address)]
    if client_id:
        # Hashed, since a client id is whatever a stranger writes.
        named = hashlib.sha256(client_id.encode()).hexdigest()
        accounts.append((_AT_ONE_CLIENT, f"{address} {named}"))
    return accounts
