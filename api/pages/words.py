"""The Swedish words that pages show for the words of the API."""

ADOPTION = {
    "not_started": "Ej börjat",
    "under_review": "Prövas",
    "adopted": "Ja",
    "adopted_with_changes": "Ja, ändrad",
    "declined": "Nej",
    "repealed": "Upphävd",
    "lapsed": "Har gått ut",
}
# Beside the words, never in place of them: colour and sign alone say nothing to some readers.
SYMBOLS = {
    "not_started": "○",
    "under_review": "◔",
    "adopted": "●",
    "adopted_with_changes": "◕",
    "declined": "✕",
    "repealed": "⊘",
    "lapsed": "◌",
}
VERSION = {
    "draft": "beslutad men gäller inte än",
    "in_force": "gäller",
    "superseded": "ersatt",
    "repealed": "upphävd",
}
LABEL = {"preferred": "rekommenderas", "alternative": "tillåtet", "deprecated": "avråds", "hidden": "bara för sökning"}
NOTE = {
    "scope": "Användning",
    "example": "Exempel",
    "history": "Historik",
    "editorial": "Redaktionell anmärkning",
    "change": "Ändring",
}
AUDIENCE = {
    "general": "För alla",
    "politicians": "För förtroendevalda",
    "leaders": "För chefer och ledning",
    "staff": "För medarbetare",
}
