"""The forms that a Swedish word takes, made from the word alone.

The ending of a word mostly tells how it is inflected, and the last part of a compound tells the rest (`heads.py`).
Where neither does, every way that is open is taken: a form that nobody writes costs nothing, a missing one is a word
that is not found. What looks like a form of a common verb is not made for a noun that does not have it.

Genitives are not listed: every form may be followed by an s.
"""

import re

from api.swedish.heads import ENDINGS, HEADS, IRREGULAR

# The shortest word that is looked for at the end of a compound: "år" ends "sår" and "kår" too.
_SHORTEST_HEAD = 3
_SHORT = 4
_PARTICLES = frozenset("an av bi fram för in med mot om på sam till upp ut under över åter".split())  # noqa: SIM905
_JOINING = frozenset({"och", "eller"})
_BY_CHANCE = ("en", "et", "er", "erna")
# What comes before the end of a phrase: "förvaltning av it-system" is inflected before its preposition.
_AFTER_THE_HEAD = frozenset(
    "av för i på till med om mellan från vid inom enligt och eller utan under som mot över hos".split()  # noqa: SIM905
)

# By ending, the first that fits: how many letters are dropped, and what takes their place.
_BY_ENDING: tuple[tuple[re.Pattern[str], int, tuple[str, ...]], ...] = tuple(
    (re.compile(rf"(?:{pattern})\Z"), dropped, tuple(endings.split()))
    for pattern, dropped, endings in (
        ("are", 1, "en na"),
        ("else|[ij]e", 0, "n r rna"),
        ("e", 0, "t n na"),
        # A verb that somebody calls a term ("digitalisera"), or a noun ("kamera").
        ("era", 1, "an or orna ar ade as at ad"),
        ("a", 1, "an or orna"),
        ("eri", 0, "et er erna n"),
        ("[iyéåöu]", 0, "n er erna"),
        ("o", 0, "t n na"),
        # Endings that bear the stress, or come from other languages, tell the plural.
        ("ing|dom|lek", 0, "en ar arna"),
        ("skap", 0, "en et er erna"),
        ("gram", 0, "met men"),
        ("ium|eum", 2, "et er erna"),
        ("um|ment|tek|skop", 0, "et en"),
        ("het|ion|itet|ör|ist|ent|a[nd]t|[ae]ns|ik|ur|ad|al|ell|att|gi|ess|os", 0, "en er erna"),
        # Who or what does something (rektor, sensor); else it is neuter (villkor).
        ("[ts]or", 0, "n er erna na"),
        ("or", 0, "et en n er erna"),
        # A short vowel doubles the m: slam, slammet.
        ("am", 0, "met men mar marna en et ar arna er erna"),
        ("[aeiouyåäö].*[aeiouyåäö].*an", 2, "an ningar ningarna anen aner anerna"),
        # The vowel of an unstressed ending falls out before another: nyckel, nycklar; semester, semestrar.
        ("[^aeiouyåäö]el", 2, "eln lar larna elen eler elerna"),
        ("[^aeiouyåäö]er", 2, "ern erna rar rarna"),
        ("[^aeiouyåäö]en", 2, "net nen nar narna ena"),
        ("[^aeiouyåäö]ar", 2, "arna aren rar rarna"),
        ("at|är|ett|it|us|ut|ek|iv|on", 0, "en et er erna"),
        ("", 0, "en et ar arna er erna"),
    )
)
# Adjectives and participles that are terms alone: tillgänglig, anställd.
_ADJECTIVE = re.compile(r"(?:ig|isk|bar|sam|lös|full|ställd|länd|vald|änkt|skild)\Z")

# The weak form of an adjective, by the ending of the form in the term; the first that fits.
_WEAK: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern + r"\Z"), instead)
    for pattern, instead in (
        # Weak already, or no adjective: a genitive, an acronym, a number.
        ("([aes]|[^a-zåäöé])", r"\1"),
        # What a verb has made so, as it is before a neuter: särskilt, bokfört, bestämt, godkänt.
        (r"(\b[mv]il|skil|[fm]äll|ställ|[fhkt]ör|gjor|styr|hår|vär|bygg|följ|äm|öm|[ksv]än|nämn)t", r"\1da"),
        ("(bre|rö|gla|go)tt", r"\1da"),
        # Of neuter gender: digitalt, gemensamt, öppet, allmänt, planerat.
        ("samt?", "samma"),
        ("allmänt?", "allmänna"),
        ("(priv|separ|adekv|akkur)at", r"\1ata"),
        ("a[dt]", "ade"),
        ("e([lr])t", r"\1a"),
        ("(fri|ny|blå)t?t", r"\1a"),
        ("e([nlr])", r"\1a"),
        ("([^aeiouyåäö])et", r"\1na"),
        ("(ig|sk|[lr]|rn)t", r"\1a"),
    )
)


def word_forms(word: str) -> set[str]:
    """Give a noun, in lower case, and what it becomes in both numbers, indefinite and definite."""
    return {word, *_noun(word), *_adjective(word)}


def phrase_forms(phrase: str) -> set[str]:
    """Give a term of one or more words, in lower case, and its forms: its adjectives follow its noun."""
    words = phrase.split()
    if len(words) == 1:
        return word_forms(phrase)
    head = next((i for i in range(1, len(words)) if _ends_before(words, i)), len(words)) - 1
    before, rest = words[:head], words[head + 1 :]
    weak = [word if word in _AFTER_THE_HEAD else _weak(word) for word in before]
    if words[head].endswith("man"):
        weak = [re.sub(r"a\Z", "e", word) for word in weak]
    made = {" ".join([*weak, form, *rest]) for form in word_forms(words[head])}
    return made | {phrase}


def _ends_before(words: list[str], place: int) -> bool:
    """Tell whether the noun stands before a word: not in "gång- och cykelväg" nor in "fysisk och psykisk hälsa"."""
    joins = words[place] in _JOINING and place + 1 < len(words)
    goes_on = joins and (words[place - 1].endswith("-") or _ADJECTIVE.search(words[place - 1]))
    return words[place] in _AFTER_THE_HEAD and not goes_on


def _noun(word: str) -> list[str]:
    start, head = _split(word)
    made = _of_head(word, start, head)
    # The s may be one that joins: "grund-slag", "förvaltning-s-lag".
    if len(start) >= _SHORT and head[:1] == "s" and head[1:] in IRREGULAR.keys() | HEADS.keys():
        made += _of_head(word, f"{start}s", head[1:])
    return made


def _of_head(word: str, start: str, head: str) -> list[str]:
    if head in IRREGULAR:
        return [start + form for form in IRREGULAR[head].split()]
    if head:
        # What ends in a short word may be another one by chance: "kommun" is no "mun".
        # After a particle it is that word, and what else it may seem to be is a verb: "samråder".
        guessed = _BY_CHANCE if start and len(head) <= _SHORT and start not in _PARTICLES else ()
        dropped, endings = ENDINGS[HEADS[head]]
        return [word[: len(word) - dropped] + ending for ending in (*endings, *guessed)]
    for pattern, dropped, endings in _BY_ENDING:
        if pattern.search(word):
            stem = word[: len(word) - dropped]
            return [stem + ending for ending in endings]
    return []


def _split(word: str) -> tuple[str, str]:
    """Part a compound before the longest head that we know; the head is empty when none is there."""
    for start in range(len(word) - _SHORTEST_HEAD + 1):
        if (head := word[start:]) in HEADS or head in IRREGULAR:
            return word[:start], head
    return "", word if word in IRREGULAR or word in HEADS else ""


def _adjective(word: str) -> tuple[str, ...]:
    if not _ADJECTIVE.search(word):
        return ()
    weak = _weak(word)
    return (f"{word}t", weak, f"{weak[:-1]}e")


def _weak(word: str) -> str:
    """Give the form of an adjective that stands before a definite noun, or a plural one."""
    for pattern, instead in _WEAK:
        if pattern.search(word):
            return pattern.sub(instead, word)
    return word + "a"
