"""Every error that a client can meet, each with its status, its page and its way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar


class DomainError(Exception):
    """An answer of problem+json: subclasses name the type, the title and the status.

    `detail` tells this case and what to do; `members` are extra members of the body.
    `titel` and `hjalp` stand on the page that `type` leads to, which is Swedish.
    """

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    titel: ClassVar[str]
    remedy: ClassVar[str]
    hjalp: ClassVar[str]

    def __init__(self, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


@dataclass(frozen=True)
class FieldError:
    """One fault of the input: a JSON pointer, a code for machines, a text for people."""

    pointer: str
    code: str
    detail: str

    def under(self, prefix: str) -> "FieldError":
        """Give the same fault, seen from a body that holds the faulty part at `prefix`."""
        return replace(self, pointer=prefix + self.pointer)

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


class MalformedRequest(DomainError):
    slug = "malformed-request"
    status = 400
    title = "The request cannot be read"
    titel = "Anropet går inte att läsa"
    remedy = "Send UTF-8 JSON as RFC 8259 has it: no duplicate names, no NaN, at most 32 levels."
    hjalp = "Skicka JSON i UTF-8 enligt RFC 8259: inga dubbla namn, inget NaN, högst 32 nivåer."


class Unauthorized(DomainError):
    slug = "unauthorized"
    status = 401
    title = "A valid token is needed"
    titel = "Det behövs en giltig token"
    remedy = "Send `Authorization: Bearer TOKEN` with a fresh token from a trusted issuer."
    hjalp = "Skicka `Authorization: Bearer TOKEN` med en färsk token från en betrodd utfärdare."


class Forbidden(DomainError):
    slug = "forbidden"
    status = 403
    title = "This caller may not do that"
    titel = "Den som anropar får inte göra detta"
    remedy = "Use a token of the organisation that owns the object, with the scope that is named."
    hjalp = "Använd en token för den organisation som äger objektet, med den behörighet som nämns."


class NotFound(DomainError):
    slug = "not-found"
    status = 404
    title = "There is nothing at this address"
    titel = "Det finns ingenting på den här adressen"
    remedy = "Check the address, or start from the list that the object belongs to."
    hjalp = "Kontrollera adressen, eller börja i den lista som objektet hör till."


class MethodNotAllowed(DomainError):
    slug = "method-not-allowed"
    status = 405
    title = "This address does not take that method"
    titel = "Adressen tar inte emot den metoden"
    remedy = "The `Allow` header lists the methods that it takes."
    hjalp = "Huvudet `Allow` räknar upp de metoder som går."


class RequestTimeout(DomainError):
    slug = "request-timeout"
    status = 408
    title = "The request did not come in time"
    titel = "Anropet kom inte fram i tid"
    remedy = "Send the headers within 10 seconds and the body at 1 kB a second or faster, then try again."
    hjalp = "Skicka huvudena inom 10 sekunder och innehållet med minst 1 kB i sekunden, och försök igen."


class Conflict(DomainError):
    slug = "conflict"
    status = 409
    title = "The state of the object does not allow this"
    titel = "Objektets tillstånd tillåter inte detta"
    remedy = "Read the object again and choose what its present state allows."
    hjalp = "Läs objektet igen och välj något som dess nuvarande tillstånd tillåter."


class IllegalTransition(Conflict):
    slug = "illegal-transition"
    title = "That move is not allowed from this state"
    titel = "Det steget går inte att ta från det här läget"
    remedy = "Choose one of `allowedTransitions`."
    hjalp = "Välj ett av stegen i `allowedTransitions`."


class RoundRuleUnmet(Conflict):
    slug = "round-rule-unmet"
    title = "No referral round supports this approval"
    titel = "Ingen remissomgång stöder beslutet"
    remedy = "`missing` tells what is lacking. Open a round, or give `override` with the reason to decide without one."
    hjalp = "`missing` visar vad som fattas. Öppna en remissomgång, eller ange `override` med skälet att besluta ändå."


class Incomplete(Conflict):
    slug = "incomplete-text"
    title = "The text lacks what it must have before it is submitted"
    titel = "Texten saknar något som måste finnas innan den lämnas in"
    remedy = "`errors` names what is missing: PATCH `content` with it; a submitted proposal is returned first."
    hjalp = "`errors` visar vad som saknas: komplettera `content`; ett inlämnat förslag återlämnas först."


class VersionMoved(Conflict):
    slug = "version-moved"
    title = "The text has moved on since the version that this is to end"
    titel = "Texten har ändrats sedan den version som förslaget ska avsluta"
    remedy = "Read the newest version; if it is to end too, have the proposal returned and PATCH `baseVersion`."
    hjalp = "Läs den nyaste versionen; om också den ska upphöra, låt återlämna förslaget och uppdatera `baseVersion`."


class MergeConflict(Conflict):
    slug = "merge-conflict"
    title = "The text has been changed in the same places since the version that this builds on"
    titel = "Texten har ändrats på samma ställen sedan den version som förslaget bygger på"
    remedy = (
        "`conflicts` shows each place three times: as it was, as it is, as proposed. Choose, and PATCH `content` with "
        "`baseVersion` = `newestVersion`; a submitted proposal is returned first."
    )
    hjalp = (
        "`conflicts` visar varje ställe tre gånger: som det var, som det är och som det föreslås bli. Välj, och "
        "uppdatera `content` med `baseVersion` = `newestVersion`; ett inlämnat förslag återlämnas först."
    )


class RevisionConflict(Conflict):
    slug = "source-revision-conflict"
    title = "The same source revision came with another content"
    titel = "Samma källrevision kom med ett annat innehåll"
    remedy = "Send the changed record with a higher `sourceRevision`."
    hjalp = "Skicka den ändrade posten med ett högre `sourceRevision`."


class LastCredential(Conflict):
    slug = "last-credential"
    title = "A client keeps at least one secret or key"
    titel = "En klient har alltid minst en hemlighet eller nyckel"
    remedy = "Add a new secret or key first. To shut the client out, set `disabled` to true."
    hjalp = "Lägg till en ny hemlighet eller nyckel först. För att stänga ute klienten, sätt `disabled` till true."


class LastSecret(Conflict):
    slug = "last-secret"
    title = "A webhook keeps at least one secret"
    titel = "En webhook har alltid minst en hemlighet"
    remedy = "Add a new secret first. To have nothing sent, set `disabled` to true or delete the webhook."
    hjalp = "Lägg till en ny hemlighet först. För att inget ska skickas, sätt `disabled` till true eller ta bort den."


class KeyInUse(Conflict):
    slug = "idempotency-key-in-use"
    title = "A request with this Idempotency-Key is still under way"
    titel = "Ett anrop med samma Idempotency-Key pågår"
    remedy = "Wait as long as `Retry-After` says and send the same request again."
    hjalp = "Vänta så länge som `Retry-After` anger och skicka samma anrop igen."


class KeysUnavailable(Conflict):
    slug = "keys-unavailable"
    title = "The issuer's keys could not be fetched"
    titel = "Utfärdarens nycklar gick inte att hämta"
    remedy = "`reason` tells what went wrong: correct `jwksUri`, or have the issuer's server mended, and test again."
    hjalp = "`reason` visar vad som gick fel: rätta `jwksUri` eller åtgärda utfärdarens server, och prova igen."


class PreconditionFailed(DomainError):
    slug = "precondition-failed"
    status = 412
    title = "The object has changed since you read it"
    titel = "Objektet har ändrats sedan du läste det"
    remedy = "Read it again, look at the difference, and send the new ETag in `If-Match`."
    hjalp = "Läs det igen, se vad som skiljer och skicka den nya ETag:en i `If-Match`."


class PayloadTooLarge(DomainError):
    slug = "payload-too-large"
    status = 413
    title = "The request is too large"
    titel = "Anropet är för stort"
    remedy = (
        "Send at most 1 MB of JSON; to /annotations 2.5 MB, with a text of at most 1,000,000 characters; as a batch of "
        "decisions 10 MB."
    )
    hjalp = (
        "Skicka högst 1 MB JSON; till /annotations 2,5 MB, med en text på högst 1 000 000 tecken; som beslut i mängd "
        "10 MB."
    )


class AddressTooLong(DomainError):
    slug = "address-too-long"
    status = 414
    title = "The address is too long"
    titel = "Adressen är för lång"
    remedy = "Keep the path and the query within 8 kB: ask for less at a time."
    hjalp = "Håll sökväg och frågesträng inom 8 kB: fråga efter mindre åt gången."


class UnsupportedMediaType(DomainError):
    slug = "unsupported-media-type"
    status = 415
    title = "This address does not read that media type"
    titel = "Adressen läser inte den mediatypen"
    remedy = "Send `Content-Type: application/json`."
    hjalp = "Skicka `Content-Type: application/json`."


class Unprocessable(DomainError):
    slug = "invalid-input"
    status = 422
    title = "Some fields are not as they should be"
    titel = "Något fält är inte som det ska"
    remedy = "`errors` names each field by JSON pointer, with what it takes."
    hjalp = "`errors` pekar ut varje fält med en JSON-pekare och talar om vad det tar emot."

    def __init__(self, errors: Sequence[FieldError]) -> None:
        count = "One field" if len(errors) == 1 else f"{len(errors)} fields"
        verb = "is" if len(errors) == 1 else "are"
        super().__init__(
            f"{count} {verb} not accepted; nothing was stored.",
            errors=[error.as_json() for error in errors],
        )


class KeyReused(DomainError):
    slug = "idempotency-key-reused"
    status = 422
    title = "This Idempotency-Key came with another body"
    titel = "Samma Idempotency-Key kom med ett annat innehåll"
    remedy = "Use a new key for a new request, and the same body for a retry."
    hjalp = "Använd en ny nyckel för ett nytt anrop, och samma innehåll när du försöker igen."


class PreconditionRequired(DomainError):
    slug = "precondition-required"
    status = 428
    title = "If-Match or If-None-Match is needed"
    titel = "If-Match eller If-None-Match behövs"
    remedy = (
        "Read the object and send its ETag in `If-Match`, so that nobody's change is lost; `If-None-Match: *` creates."
    )
    hjalp = (
        "Läs objektet och skicka dess ETag i `If-Match`, så att ingens ändring går förlorad; `If-None-Match: *` skapar."
    )


class TooManyRequests(DomainError):
    slug = "too-many-requests"
    status = 429
    title = "Too many requests in a short time"
    titel = "För många anrop på kort tid"
    remedy = "Wait as long as `Retry-After` says; `RateLimit` tells what is left, `RateLimit-Policy` what there is."
    hjalp = "Vänta så länge som `Retry-After` anger; `RateLimit` visar vad som är kvar, `RateLimit-Policy` hela kvoten."


class HeadersTooLarge(DomainError):
    slug = "headers-too-large"
    status = 431
    title = "The request headers are too large"
    titel = "Anropets huvuden är för stora"
    remedy = "Send at most 100 headers and 16 kB of them, none longer than 8 kB."
    hjalp = "Skicka högst 100 huvuden och 16 kB sammanlagt, inget längre än 8 kB."


class InternalError(DomainError):
    slug = "internal-error"
    status = 500
    title = "Something went wrong on our side"
    titel = "Något gick fel hos oss"
    remedy = "Nothing was stored. Try again, and give `instance` if you report it."
    hjalp = "Ingenting sparades. Försök igen, och uppge `instance` om du anmäler felet."


class Unavailable(DomainError):
    slug = "unavailable"
    status = 503
    title = "The service cannot answer just now"
    titel = "Tjänsten kan inte svara just nu"
    remedy = "Try again after the seconds in `Retry-After`."
    hjalp = "Försök igen efter så många sekunder som `Retry-After` anger."


def all_problems(root: type[DomainError] = DomainError) -> list[type[DomainError]]:
    """List every kind of problem, by status and name."""
    found = [kind for child in root.__subclasses__() for kind in (child, *all_problems(child))]
    return sorted(found, key=lambda kind: (kind.status, kind.slug))


def invalid(pointer: str, code: str, detail: str) -> Unprocessable:
    """Make the answer for one faulty field."""
    return Unprocessable([FieldError(pointer, code, detail)])


def incomplete(missing: Sequence[FieldError]) -> Incomplete:
    """Make the answer for a text that lacks something."""
    count = "One thing is" if len(missing) == 1 else f"{len(missing)} things are"
    return Incomplete(f"{count} missing in the text.", errors=[fault.as_json() for fault in missing])
