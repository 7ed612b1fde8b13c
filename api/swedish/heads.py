"""Swedish nouns whose inflection their ending does not tell; most of them are heads of compounds."""

# Of each class: how many letters are dropped, what takes their place, and the words.
ENDINGS = {
    "ar": (0, ("en", "ar", "arna")),
    "er": (0, ("en", "er", "erna")),
    "neuter": (0, ("et", "en")),
    "e": (1, ("en", "ar", "arna")),
}
_WORDS = {
    "ar": """
arm ask bil box budget buss båt bänk dag dal damm disk dröm dörr eld fax fisk fläkt fors färg gren gång gård
hall hals hamn hatt hiss hund häl häst hög klubb klump knapp kopp kram kran krets krok kropp kväll ledstång lott
länk mall mun mur måltavl plattform prick präst ramm ring robot rygg sax skjuts skog skylt skärm smuts spik språklek
spärr sten stig stol storlek ström tank tipp tolk topp tvist ugn vagn vers vind våg väg vägg äng
""",
    "er": """
adress advokat affär algoritm allians ambulans anstalt apparat arbetslöshet arkitekt art artist aspekt automat
avsikt balans barriär bas bekantskap beredskap bild blankett blockad bredd bygd byggnad central chans chef detalj
diagnos dialekt dialog diet disciplin distans domän effekt egenskap enhet enkät episod etikett existens export
familj fas fasad fastighet fest fiendskap figur fil film filosof fond form frakt fraktur frekvens frist front fångst
färd förlust gas gemenskap gestalt gift grupp gräns gymnast gäst halt höjd idrott ikon import inkomst insekt insikt
instans intelligens jurist kanal kandidat karriär kasett katalog katastrof kolumn kompetens koncern konferens konst
konsult kostnad kraft kris kultur kund kunskap kurs licens litteratur lokal längd makt mark marknad maskin match
medalj medicin metod metropol mikrofon motion myndighet månad mängd natur nämnd olympiad ort paragraf park patrull
pension period person plan plats pont portal post princip procedur process prognos prolog psykolog punkt rad rapport
referens region remiss respekt resurs risk roll ruin rutin rytm räkenskap rättighet röst sak sats sekvens sfär
signal skandal skatt skillnad skrift skuld skyldighet slakt släkt smak sorg sport station struktur substans synagog
tablett teknolog telefon temperatur tendens term termin terminal text tid tjänst toalett tomt trakt triumf trupp
trygghet turist utsikt vas verksamhet version vetenskap vidd vinst vision värld växt zon åsikt åtgärd
""",
    "neuter": """
album alternativ apotek argument arkiv arrangemang attentat attribut avdrag bad band barn behov ben berg bestick
bevis bibliotek bidrag blad block blod bolag brev brott bruk bud budskap certifikat citat datum departement direktiv
diskotek distrikt djur dokument element engagemang entreprenörskap evenemang faktum fall flyg fordon format formulär
forum fundament fält författarskap förlag föräldraskap golv grepp guld hjul hot hotell hus hushåll hål initiativ
inlägg innehåll institut instrument kabinett klimat klipp kol kollektiv komplement koncept konsulat kontor kontrakt
kort krav kvarter kök köp landskap landsting larm ledarskap liv ljud ljus lopp lov lyft lån lås län löv magasin
mandat manér material medborgarskap medlemskap moln moment motiv mål mått mästerskap namn nät objekt ord organ paket
parlament partnerskap pass perspektiv plakat potential problem projekt protokoll prov pålägg recept redskap referat
resultat råd rör salt segment sekretariat skift skikt skott skrov skydd skäl slag slut släpp snitt spel språk spår
steg straff stånd stöd subjekt substitut svar system sår sällskap tag tak tal test testament tillägg torg tryck träd
tyg tåg underhåll underlag universitet uppdrag upplägg utanförskap utdrag utlägg val verk vin virus år ärr
""",
    "e": """
backe bulle båge droppe granne gubbe hage kasse kille kudde kulle låge mage make måne näve oxe pojke påse skalle
skugge spade stolpe tanke timme tumme unge ände
""",
}
HEADS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# Words that change in the middle, or follow no class: the forms beside the word itself.
IRREGULAR = {
    "and": "anden änder änderna",
    "hand": "handen händer händerna",
    "rand": "randen ränder ränderna",
    "brand": "branden bränder bränderna",
    "strand": "stranden stränder stränderna",
    "tand": "tanden tänder tänderna",
    "tång": "tången tänger tängerna",
    "stång": "stången stänger stängerna",
    "land": "landet länder länderna landen",
    "stad": "staden städer städerna",
    "bostad": "bostaden bostäder bostäderna",
    "verkstad": "verkstaden verkstäder verkstäderna",
    "bok": "boken böcker böckerna",
    "fot": "foten fötter fötterna",
    "rot": "roten rötter rötterna",
    "natt": "natten nätter nätterna",
    "ledamot": "ledamoten ledamöter ledamöterna",
    "son": "sonen söner sönerna",
    "far": "fadern fäder fäderna",
    "mor": "modern mödrar mödrarna",
    "bror": "brodern bröder bröderna",
    "dotter": "dottern döttrar döttrarna",
    "syster": "systern systrar systrarna",
    "förälder": "föräldern föräldrar föräldrarna",
    "bonde": "bonden bönder bönderna",
    "vän": "vännen vänner vännerna",
    "man": "mannen män männen",
    "öga": "ögat ögon ögonen",
    "öra": "örat öron öronen",
    "hjärta": "hjärtat hjärtan hjärtana",
    "handel": "handeln",
    "del": "delen delar delarna",
    "sal": "salen salar salarna",
    "led": "leden leder lederna",
    "bank": "banken banker bankerna",
    "port": "porten portar portarna",
    "mast": "masten master masterna",
    "lust": "lusten lustar lustarna",
    "rätt": "rätten rätter rätterna",
    "lag": "lagen lagar lagarna laget",
    "kost": "kosten koster kosterna",
    "pris": "priset priser priserna prisen",
    "vaccin": "vaccinet vacciner vaccinerna vaccinen",
    "parti": "partiet partier partierna",
    "kansli": "kansliet kanslier kanslierna",
    "kompani": "kompaniet kompanier kompanierna",
    "kafé": "kaféet kaféer kaféerna",
    "café": "caféet caféer caféerna",
    "drift": "driften drifter drifterna",
    "vård": "vården",
    "lön": "lönen löner lönerna",
    "jobb": "jobbet jobben",
    "tur": "turen turer turerna",
    "kant": "kanten kanter kanterna",
    "rum": "rummet rummen",
    "hem": "hemmet hemmen",
    "medlem": "medlemmen medlemmar medlemmarna",
    "stam": "stammen stammar stammarna",
    "dom": "domen domar domarna",
    "kam": "kammen kammar kammarna",
    "program": "programmet programmen",
    "museum": "museet museer museerna",
    "jubileum": "jubileet jubileer jubileerna",
    "centrum": "centrumet centret centrumen centrer centrerna centren",
    "center": "centret centren centrer centrerna centers",
    "medium": "mediet medier medierna media",
    "media": "median medierna",
    "data": "datan datat datana",
    "schema": "schemat scheman schemana",
    "tema": "temat teman temana",
    "drama": "dramat dramer dramerna draman",
    "dilemma": "dilemmat dilemman dilemmana",
    "trauma": "traumat trauman traumana",
    "vatten": "vattnet vattnen",
    "tecken": "tecknet tecknen",
    "vapen": "vapnet vapnen",
    "botten": "bottnen bottnar bottnarna botten",
    "borgen": "borgen",
    "medel": "medlet medlen",
    "kapitel": "kapitlet kapitlen",
    "exempel": "exemplet exemplen",
    "sedel": "sedeln sedlar sedlarna",
    "segel": "seglet seglen",
    "tempel": "templet templen",
    "tvivel": "tvivlet tvivlen",
    "möbel": "möbeln möbler möblerna",
    "muskel": "muskeln muskler musklerna",
    "fabel": "fabeln fabler fablerna",
    "regel": "regeln regler reglerna",
    "livscykel": "livscykeln livscykler livscyklerna livscyklar livscyklarna",
    "panel": "panelen paneler panelerna",
    "nummer": "numret numren",
    "register": "registret registren",
    "fönster": "fönstret fönstren",
    "mönster": "mönstret mönstren",
    "filter": "filtret filtren",
    "hinder": "hindret hindren",
    "lager": "lagret lagren",
    "läger": "lägret lägren",
    "kluster": "klustret klustren",
    "kloster": "klostret klostren",
    "buller": "bullret",
    "bekymmer": "bekymret bekymren",
    "väder": "vädret vädren",
    "foder": "fodret fodren",
    "socker": "sockret",
    "silver": "silvret",
    "ämbar": "ämbaret ämbaren",
    "papper": "pappret papperet pappren papperen",
    "fiber": "fibern fibrer fibrerna",
    "ålder": "åldern åldrar åldrarna",
    "sommar": "sommaren somrar somrarna",
    "vinter": "vintern vintrar vintrarna",
    "bro": "bron broar broarna",
    "by": "byn byar byarna",
    "sky": "skyn skyar skyarna",
    "sjö": "sjön sjöar sjöarna",
    "ö": "ön öar öarna",
    "å": "ån åar åarna",
    "bo": "boet bon bona",
    "tro": "tron",
    "ro": "ron",
    "ko": "kon kor korna",
    "sko": "skon skor skorna",
    "el": "elen",
    "radio": "radion",
    "video": "videon videor videorna",
    "bransch": "branschen branscher branscherna",
    "hälsa": "hälsan",
    "smitta": "smittan",
}
