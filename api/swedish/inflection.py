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
        ("or", 0, "n er erna na"),
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
    head = next((i for i, word in enumerate(words) if i and word in _AFTER_THE_HEAD), len(words)) - 1
    before, rest = words[:head], words[head + 1 :]
    weak = [_weak(word) for word in before]
    if words[head].endswith("man"):
        weak = [re.sub(r"a\Z", "e", word) for word in weak]
    made = {" ".join([*weak, form, *rest]) for form in word_forms(words[head])}
    return made | {phrase}


def _noun(word: str) -> list[str]:
    start, head = _split(word)
    if head in IRREGULAR:
        return [start + form for form in IRREGULAR[head].split()]
    if head:
        # What ends in a short word may be another one by chance: "kommun" is no "mun".
        guessed = _BY_CHANCE if start and len(head) <= _SHORT else ()
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
