"""People's names in a cell: a title with a name, or a surname beside a usual first name.

A street may bear a person's name: what follows the word of a place (« rue », « collège »…) names
the place. All patterns are bounded, so that a long cell costs in proportion to its length.
"""

import re
from itertools import pairwise

from observatoire.intake.parsing.text import plain

_LETTER = r"[^\W\d_]"
_NAME = rf"(?:{_LETTER}\. ?){{0,2}}(?P<name>{_LETTER}(?:{_LETTER}|['’-](?={_LETTER})){{1,40}})"
_TITLES = (
    # « 2 m. de haut » is a length, « M.J.C. » and « P.M. » are initials.
    re.compile(rf"(?<![\w.])(?<![0-9] )MM?\.(?: {_NAME}|(?P<glued>{_LETTER}{{2,41}})(?!\.))", re.IGNORECASE),
    re.compile(rf"(?<![\w.])(?:Mr|Mrs|Mmes?|Mlles?|Melles?|Mles?)(?!\w)\.? ?{_NAME}", re.IGNORECASE),
    re.compile(
        rf"(?<!\w)(?:monsieur|madame|mademoiselle|messieurs|mesdames|mesdemoiselles)(?!\w) {_NAME}",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\w)(?i:de|avec|contre|chez|par|pour|et|entre|que|appel|appelant|requérant|victime|auteur|nommé)"
        rf" M (?P<name>{_LETTER}{{2,41}})(?![\w.])"
    ),
)
_SINGLE_M = _TITLES[3]

_ORDINARY = frozenset(
    "un une et ou en sur sous dans avec sans qui que pour par au aux est ne se sa son ses ce cette ivre "
    "ivres inconnu inconnue inconnus age agee ages agees anonyme non pas tres deux trois".split()
)
_PARTICLES = frozenset("le la les l de du des d".split())
_OFFICES = frozenset(
    "maire prefet prefete president presidente directeur directrice procureur ministre commissaire "
    "principal principale proviseur juge adjoint adjointe gardien gardienne cure depute senateur sous- "
    "prefet mairie ville commune prefecture residence rue".split()
)
_NEXT = re.compile(rf" ({_LETTER}{{2,40}})")

PLACES = frozenset(
    "rue r av ave avenue bd bld blvd boul boulevard place pl allee all impasse imp chemin che chem quai "
    "square sq cours passage pass pas route rte cite residence res lotissement lot hameau villa rond- "
    "point pont parc jardin stade gymnase ecole college lycee creche maternelle primaire elementaire "
    "mairie halle salle maison mjc centre espace complexe parking station arret metro tram bus ligne gare "
    "tour batiment bat immeuble foyer hopital clinique cimetiere esplanade promenade mail faubourg fbg fg "
    "voie sentier venelle traverse montee cote rampe escalier groupe gs piscine mediatheque bibliotheque "
    "theatre cinema eglise chapelle basilique cathedrale saint sainte st ste quartier secteur angle "
    "carrefour port ile bois foret lac plage zone za zi zac zup campus universite institut fondation fort "
    "aeroport caserne commissariat hotel chateau domaine monument statue palais marche docteur dr general "
    "gal marechal colonel capitaine commandant president pdt abbe pere professeur pr amiral".split()
)
"""Words (plain form) after which a name is that of a place."""

_LINKS = frozenset("de du des d la le les l a".split())

FIRST_NAMES = frozenset(
    "adam adele adrien agathe ahmed alain albane albert alexandra alexandre alexis alice aline alix "
    "amandine amelie amina amine anais andre andrea anne annick annie antoine antonin arnaud arthur "
    "aurelie aurelien axel ayoub baptiste bastien beatrice benjamin benoit bernadette bernard bertrand "
    "bilal brigitte bruno camille carine carole caroline catherine cecile cedric celia celine chantal "
    "charles charlotte chloe christelle christian christiane christine christophe claude clement cloe "
    "colette corentin corinne cyril damien daniel daniele david delphine denis denise didier dominique "
    "dylan edouard elena eliane elisabeth elise elodie eloise elsa emeline emilie emma emmanuel "
    "emmanuelle enzo eric estelle esther ethan etienne eva evelyne fabien fabienne fabrice farid fatima "
    "fatoumata fernand florence florent florian france francine francis francois francoise frederic "
    "gabriel gabrielle gael gaelle gaetan georges gerald gerard germaine ghislaine gilbert gilles ginette "
    "gregory guillaume guy gwenaelle hakim hamza hassan helene henri herve hubert hugo hugues ibrahim "
    "ilyes ines isabelle jacqueline jacques jean jeanne jeannine jennifer jeremie jeremy jerome jessica "
    "joel joelle jonathan jordan josephine josette josiane julie julien juliette justine karim karine "
    "kelly kevin khadija laetitia laura laure laurence laurent laurie lea leo leon leonard lionel lisa "
    "loic lou louis louise luc lucas lucie lucien ludivine ludovic lydia lydie madeleine maeva malik "
    "manon marc marcel marcelle margaux margot marguerite marie marine marion marlene martine mathieu "
    "mathilde mathis matthieu maurice maxime mehdi melanie melissa michel michele micheline michelle "
    "mickael mireille mohamed mohammed monique morgane mounir moussa mustapha myriam nabil nadege nadia "
    "nadine nathalie nathan nicolas nicole noa noah noemie nora odette odile olivier ophelie oscar pascal "
    "pascale patrice patricia patrick paul paulette pauline philippe pierre pierrette quentin rachel "
    "rachid raphael raymond regine regis remi remy renaud rene renee richard robert robin roger roland "
    "romain sabine sabrina said salah salim samia samir samira samuel sandra sandrine sarah sebastien "
    "serge severine simon simone sofia solene sonia sophie stephane stephanie suzanne sylvain sylvie theo "
    "therese thibault thierry thomas timothee tom valentin valentine valerie vanessa veronique victoire "
    "victor vincent virginie viviane walid william xavier yann yannick yasmina yasmine youssef yvan yves "
    "yvette yvonne zoe".split()
)
"""Usual French first names, plain form; a closed list of our own, enough to recognise « DUPONT Jean »."""

_ALSO_WORDS = frozenset(
    "adam ange france lou marine pierre victoire victor camille dominique hugo tom leo said jordan".split()
)
"""First names that a label in capitals may hold as a word: they count only beside a capitalised writing."""

_LABEL_WORDS = frozenset(
    "vol vols tapage jet jets port rixe tag tags coups chien chat feu feux bruit dans avec sans pour sur "
    "depot acte fait faits trouble ivresse menace menaces insulte insultes incendie agression fraude "
    "moulin jaures hugo ferry pasteur curie zola verne gaulle leclerc foch mermoz blum briand gambetta "
    "mace rostand vilar bouin perrin rousseau bert racine moliere d'arc daudet giono brassens brel nord "
    "sud est ouest".split()
)
"""Words of labels, and surnames best known as names of streets and schools: never a surname here."""

_TOKEN = re.compile(rf"{_LETTER}(?:{_LETTER}|['’-](?={_LETTER})){{0,60}}|[0-9]+|[^\w ]")


def holds_title(text: str) -> bool:
    """Whether a title is followed by a name, unless it belongs to a place's name."""
    return any(
        _is_person(text, found) for pattern in _TITLES if _may_title(text) for found in pattern.finditer(text)
    )


def _may_title(text: str) -> bool:
    return "m" in text or "M" in text


def _is_person(text: str, found: re.Match[str]) -> bool:
    name = found["name"] or found["glued"]
    form = plain(name)
    if found.re is _SINGLE_M:
        return name.isupper() and form not in PLACES
    if _names_place(text[max(0, found.start() - 40) : found.start()]):
        return False
    if form in _PARTICLES:
        return _is_surname_after_particle(text, found.end())
    return form not in _ORDINARY and form not in _OFFICES


def _is_surname_after_particle(text: str, end: int) -> bool:
    """« M. de Villiers », « Mme LE GALL », not « M. le maire »."""
    following = _NEXT.match(text, end)
    if following is None:
        return False
    word = following[1]
    if plain(word) in _LINKS:  # « de la Tour »
        return _is_surname_after_particle(text, following.end())
    return not word.islower() and plain(word) not in _OFFICES


def _names_place(before: str) -> bool:
    """Whether some text ends with the word of a place, an article left out."""
    words = [plain(word) for word in _TOKEN.findall(before) if word not in ".'’"]
    while words and words[-1] in _LINKS:
        words.pop()
    return bool(words) and words[-1] in PLACES


def holds_name(text: str) -> bool:
    """Whether a surname in capitals stands beside a first name: « DUPONT Jean », « Marie-Claude LE GALL »."""
    tokens = [
        (token[0], token.start(), token.end()) for token in _TOKEN.finditer(text) if token[0] not in ".'’"
    ]
    return any(
        _is_pair(first[0], second[0]) and not _follows_place(tokens, position)
        for position, (first, second) in enumerate(pairwise(tokens))
        if text[first[2] : second[1]] in (" ", ". ")
    )


def _follows_place(tokens: list[tuple[str, int, int]], position: int) -> bool:
    before = [plain(token[0]) for token in tokens[max(0, position - 3) : position]]
    while before and before[-1] in _LINKS:
        before.pop()
    return bool(before) and before[-1] in PLACES


def _is_pair(one: str, other: str) -> bool:
    return _is_named(one, other) or _is_named(other, one)


def _is_named(surname: str, first: str) -> bool:
    form = plain(surname)
    if not surname.isupper() or len(form) < 2 or form in PLACES or form in _LABEL_WORDS or form in _LINKS:
        return False
    parts = plain(first).split("-")
    if not all(part in FIRST_NAMES for part in parts):
        return False
    if first.isupper():
        return parts[0] not in _ALSO_WORDS and form not in FIRST_NAMES and len(form) > 2
    return first[:1].isupper() and first[1:] != first[1:].upper()
