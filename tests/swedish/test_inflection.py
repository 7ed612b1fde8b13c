"""How Swedish words are inflected: a rule a line, with words that look alike and are others."""

import pytest

from api.swedish.inflection import phrase_forms, word_forms

# A word, its forms, and what it must not become.
WORDS = (
    ("karta", "kartan kartor kartorna", "kartong"),
    ("medarbetare", "medarbetaren medarbetarna", "medarbeta"),
    ("ärende", "ärendet ärenden ärendena", "ären"),
    ("ordförande", "ordföranden ordförandena", "ordföra"),
    ("riktlinje", "riktlinjen riktlinjer riktlinjerna", "rikta"),
    ("rörelse", "rörelsen rörelser rörelserna", "röra"),
    ("konto", "kontot konton kontona", "kontor"),
    ("policy", "policyn policyer policyerna", "polis"),
    ("bageri", "bageriet bagerier bagerierna", "bagare"),
    ("handling", "handlingen handlingar handlingarna", "handla handlar"),
    ("säkerhet", "säkerheten säkerheter säkerheterna", "säker"),
    ("egenskap", "egenskapen egenskaper egenskaperna", "egen"),
    ("ledarskap", "ledarskapet ledarskapen", "ledare"),
    ("integration", "integrationen integrationer", "integrera integrerar"),
    ("leverantör", "leverantören leverantörer", "leverera"),
    ("rektor", "rektorn rektorer rektorerna", "rekrytera"),
    ("diagram", "diagrammet diagrammen", "diagnos"),
    ("kriterium", "kriteriet kriterier kriterierna", "kriteriumer"),
    ("ansökan", "ansökningar ansökningarna", "ansöka ansöker"),
    ("nyckel", "nyckeln nycklar nycklarna", "nyck"),
    ("politiker", "politikern politikerna", "politik"),
    ("avtal", "avtalet avtalen", "avtala avtalar"),
    ("plan", "planen planer planerna", "planet planera planerar"),
    ("beslut", "beslutet besluten", "besluta beslutar"),
    ("led", "leden leder", "leda ledning"),
    ("bostad", "bostaden bostäder bostäderna", "bosätta"),
    ("läromedel", "läromedlet läromedlen", "lärare"),
    ("register", "registret registren", "registrera registrar"),
    ("kommun", "kommunen kommuner kommunerna", "kommunal"),
    ("laddstolpe", "laddstolpen laddstolpar", "stolt"),
    ("samråd", "samrådet samråden", "samråder samrådde"),
    ("villkor", "villkoret villkoren", "villa"),
    ("sensor", "sensorn sensorer sensorerna", "sensation"),
    ("slam", "slammet", "slarv"),
    ("valsedel", "valsedeln valsedlar valsedlarna", "sederna"),
    ("förvaltningslag", "förvaltningslagen förvaltningslagar", "förvaltningslagrar"),
    ("prisavdrag", "prisavdraget prisavdragen", "prisavdrager"),
    ("tillgänglig", "tillgängligt tillgängliga", "tillgång"),
)
PHRASES = (
    ("digital mognad", "digitala mognaden|digitala mognad", "digitalt mognad"),
    ("digitalt utanförskap", "digitala utanförskapet|digitala utanförskapen", "digitalt utanförskapet"),
    ("öppen källkod", "öppna källkoden", "öppena källkoden"),
    ("säker identitet", "säkra identiteter|säkra identiteterna", "säkera identiteter"),
    ("gemensamt register", "gemensamma registret", "gemensama registret"),
    ("allmän handling", "allmänna handlingar|allmänna handlingarna", "allmäna handlingar"),
    ("planerat underhåll", "planerade underhållet", "planerata underhållet"),
    ("styrande dokument", "styrande dokumentet|styrande dokumenten", "styranda dokument"),
    ("god man", "gode mannen|gode män", "gode manen"),
    ("öppna data", "öppna datan", "öppnaa data"),
    ("förvaltning av it-system", "förvaltningen av it-system", "förvaltning av it-systemet"),
    ("enskilt avlopp", "enskilda avloppet|enskilda avlopp", "enskila avlopp"),
    ("mobilt arbete", "mobila arbetet", "mobilda arbetet"),
    ("bokfört värde", "bokförda värdet|bokförda värden", "bokföra värdet"),
    ("populärt ämne", "populära ämnet", "populärda ämnet"),
    ("gång- och cykelväg", "gång- och cykelvägar|gång- och cykelvägen", "gångar och cykelväg"),
    ("fysisk och psykisk hälsa", "fysiska och psykiska hälsan", "fysiska och psykisk hälsa"),
    ("relevant uppgift", "relevanta uppgifter", "relevana uppgifter"),
)


@pytest.mark.parametrize(("word", "forms", "others"), WORDS)
def test_a_word_takes_its_forms_and_no_others(word: str, forms: str, others: str) -> None:
    made = word_forms(word)
    assert {word, *forms.split()} <= made
    assert made.isdisjoint(others.split())


@pytest.mark.parametrize(("phrase", "forms", "other"), PHRASES)
def test_the_adjectives_of_a_phrase_follow_its_noun(phrase: str, forms: str, other: str) -> None:
    made = phrase_forms(phrase)
    assert {phrase, *forms.split("|")} <= made
    assert other not in made
