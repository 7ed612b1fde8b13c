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
SUPPORT = {
    "own_staff": "egen personal",
    "consultants": "konsulter",
    "researchers": "forskare",
    "management": "ledning",
    "substitutes": "vikarier",
    "equipment": "utrustning",
    "language_support": "språkstöd",
    "training": "utbildning",
    "user_support": "användarstöd",
}
ADOPTION_MEANS = {
    "adopted": "Kommunen har antagit riktlinjen.",
    "adopted_with_changes": "Kommunen har antagit riktlinjen men avviker i någon del.",
    "under_review": "Kommunen prövar om den ska anta riktlinjen.",
    "declined": "Kommunen har valt att inte anta riktlinjen.",
    "repealed": "Kommunen har upphävt sitt antagande.",
    "lapsed": "Antagandet gällde en bestämd tid, och den har gått ut.",
    "not_started": "Det finns inget beslut.",
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
BEHIND = {
    "minor_behind": "Det finns en nyare version med mindre ändringar. Antagandet gäller även den.",
    "major_behind": "Det finns en nyare version. Den kräver ett nytt beslut.",
}
VERSION = {
    "draft": "beslutad men gäller inte än",
    "in_force": "gäller",
    "superseded": "ersatt",
    "repealed": "upphävd",
}
DOCUMENT = {
    "policy": "Policy",
    "strategi": "Strategi",
    "program": "Program",
    "plan": "Plan",
    "riktlinje": "Riktlinje",
    "rutin": "Rutin",
}
HORIZONTAL = {"gender_equality": "Jämställdhet", "equal_treatment": "Likabehandling", "environment": "Miljö"}
# The same by their names in the JSON.
HORIZONTAL_FIELDS = ("genderEquality", "equalTreatment", "environment")
LABEL = {"preferred": "Rekommenderas", "alternative": "Går också bra", "deprecated": "Avråds"}
NOTE = {
    "scope": "Så används ordet",
    "example": "Exempel",
    "history": "Historik",
    "editorial": "Redaktionell anmärkning",
    "change": "Ändring",
}
ALIGNMENT = {
    "same": "Som den gemensamma texten",
    "narrower": "Snävare",
    "broader": "Vidare",
    "different": "Annorlunda",
    "not_used": "Använder inte ordet",
}
AUDIENCE = {
    "general": "För alla",
    "politicians": "För förtroendevalda",
    "leaders": "För chefer och ledning",
    "staff": "För medarbetare",
}
MATCH = {
    "exactMatch": "Samma begrepp",
    "closeMatch": "Nästan samma begrepp",
    "broadMatch": "Vidare begrepp",
    "narrowMatch": "Snävare begrepp",
    "relatedMatch": "Närliggande begrepp",
}
# Swedish, English, the national minority languages and some that many read; another is shown by its tag.
LANGUAGE = {
    "sv": "svenska",
    "en": "engelska",
    "fi": "finska",
    "fit": "meänkieli",
    "se": "nordsamiska",
    "sma": "sydsamiska",
    "smj": "lulesamiska",
    "rom": "romani chib",
    "yi": "jiddisch",
    "da": "danska",
    "nb": "norskt bokmål",
    "no": "norska",
    "de": "tyska",
    "fr": "franska",
    "ar": "arabiska",
    "so": "somaliska",
    "uk": "ukrainska",
}
SOURCE = {"own": "Egen text av", "based_on": "Bygger på", "quoted": "Citat ur"}
POSITION = {
    "support": "Tillstyrker",
    "support_with_changes": "Tillstyrker med ändringar",
    "abstain": "Avstår",
    "oppose": "Avstyrker",
}
RULE = {
    "consent": "Samtycke: ingen avstyrker",
    "majority": "Majoritet: fler tillstyrker än avstyrker",
    "two_thirds": "Två tredjedelar av dem som tar ställning tillstyrker",
    "unanimous": "Enighet: alla inbjudna svarar och tillstyrker",
}
COUNTED = {True: "Ja", False: "Nej"}
CHANGE = {"added": "Tillagt", "removed": "Borttaget", "changed": "Ändrat", "moved": "Flyttat"}
# The steps of a redline's paths, and the words that they may lead to.
STEP = {
    **LABEL,
    **NOTE,
    **AUDIENCE,
    **MATCH,
    **LANGUAGE,
    "hidden": "Bara för sökning",
    "standard": "Vanlig text",
    "plain": "Med enkla ord",
    "domain": "Ämnesområde",
    "labels": "Ord för begreppet",
    "forms": "Böjning",
    "reason": "Skäl",
    "definitions": "Definition",
    "source": "Källa",
    "sourceRelation": "Förhållande till källan",
    "notes": "Anteckning",
    "broader": "Vidare begrepp",
    "related": "Närliggande begrepp",
    "matches": "I andra ordlistor",
    "replacedBy": "Ersätts av",
    "reviewDue": "Ses över senast",
    "documentType": "Typ av dokument",
    "title": "Titel",
    "purpose": "Syfte",
    "plainSummary": "Med enkla ord",
    "targetGroups": "Målgrupper",
    "provisions": "Bestämmelse",
    "modality": "Hur bindande",
    "responsible": "Ansvarig",
    "text": "Text",
    "followUp": "Uppföljning",
    "horizontalAssessment": "Bedömning",
    "genderEquality": "Jämställdhet",
    "equalTreatment": "Likabehandling",
    "environment": "Miljö",
    "assessment": "Bedömning",
    "measure": "Åtgärd",
    "noMeasureReason": "Skäl till ingen åtgärd",
    "workEnvironment": "Arbetsmiljö",
    "competenceNeeds": "Behov av kompetens",
    "targetGroupNotes": "Råd till målgrupp",
    "introductionPrerequisites": "Inför införandet",
    "indicators": "Mått",
    "terms": "Begrepp i texten",
    "reviewIntervalMonths": "Månader mellan översyner",
}
PROPOSAL = {
    "draft": "Utkast",
    "submitted": "Inlämnat",
    "on_consultation": "På remiss",
    "closed": "Remissen är avslutad",
    "returned": "Återlämnat",
    "approved": "Bifallet",
    "rejected": "Avslaget",
    "withdrawn": "Tillbakadraget",
}
ACTION = {"create": "Något nytt", "amend": "Ändring av", "retire": "Upphävande av"}
OUTCOME = {"approved": "Bifallet", "rejected": "Avslaget"}
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
