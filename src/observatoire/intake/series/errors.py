"""Why a file of official series is refused: always whole, before anything is written."""

from observatoire.errors import RefusedFile


class UnknownSeries(RefusedFile):
    """No producer known writes such columns; argument: the columns read."""

    code = "serie_non_reconnue"
    title = "Série non reconnue"
    message = (
        "Ces colonnes ne sont celles d'aucune série officielle connue (bases communale, départementale ou "
        "régionale du SSMSI, état 4001, populations de référence de l'Insee, Filosofi) : {0}. Rien n'a "
        "été écrit."
    )


class MissingSeriesColumns(RefusedFile):
    """A known base without all of its columns; arguments: the base, what is missing."""

    code = "serie_colonnes_absentes"
    title = "Colonnes absentes"
    message = (
        "Le fichier ressemble à « {0} », mais il lui manque {1} : reprenez le fichier du producteur, sans en "
        "retirer de colonne. Rien n'a été écrit."
    )


class UnknownVintage(RefusedFile):
    """Neither the header, nor the name, nor the operator tells the geography."""

    code = "millesime_inconnu"
    title = "Millésime inconnu"
    message = (
        "Le millésime géographique de ce fichier n'est dit ni par son en-tête (CODGEO_2024) ni par son nom "
        "(geographie2024) : précisez-le avec « --geographie AAAA » (champ « geographie »). Rien n'a été "
        "écrit."
    )


class ContradictoryVintage(RefusedFile):
    """The header says one geography, the operator another; arguments: both."""

    code = "millesime_contradictoire"
    title = "Millésime contradictoire"
    message = (
        "Le fichier est en géographie {0} et vous annoncez {1} : retirez l'option, ou vérifiez que c'est le "
        "bon fichier. Rien n'a été écrit."
    )


class MissingPeriod(RefusedFile):
    """The file does not tell the period that it counts; argument: the base."""

    code = "periode_inconnue"
    title = "Période inconnue"
    message = (
        "« {0} » : le fichier ne dit pas la période qu'il compte. Précisez-la avec « --periode AAAA » ou "
        "« --periode AAAA-MM » (champ « periode »). Rien n'a été écrit."
    )


class MissingTerritory(RefusedFile):
    """A transmitted table does not tell what territory it counts."""

    code = "territoire_absent"
    title = "Territoire absent"
    message = (
        "Ce tableau ne dit pas le territoire qu'il compte : précisez-le avec « --territoire niveau:code » "
        "(champ « territoire »). Rien n'a été écrit."
    )


class UnreadableCell(RefusedFile):
    """A cell that can't be what it should; arguments: line, column, what is wrong with it."""

    code = "serie_cellule_illisible"
    title = "Cellule illisible"
    message = (
        "Ligne {0}, colonne « {1} » : {2}. Un fichier officiel abîmé n'est pas chargé en partie : reprenez "
        "celui du producteur. Rien n'a été écrit."
    )


class ConflictingCells(RefusedFile):
    """One cell told twice, differently; arguments: how many, the lines of the first, what it is."""

    code = "serie_doublons_contradictoires"
    title = "Valeurs contradictoires"
    message = (
        "{0} cellules sont données deux fois avec des valeurs différentes ; la première : lignes {1} et {2} "
        "({3}). Rien n'a été écrit."
    )


class DamagedArchive(RefusedFile):
    """A compressed file that is cut or altered."""

    code = "archive_tronquee"
    title = "Archive tronquée"
    message = (
        "Le fichier compressé est incomplet ou altéré : téléchargez-le de nouveau, puis comparez sa taille à "
        "celle qu'annonce le producteur. Rien n'a été écrit."
    )


class PartialReplacement(RefusedFile):
    """A file of an edition that would take the place of a larger one; arguments: number, what it lacks."""

    code = "edition_plus_complete"
    title = "Édition déjà chargée plus complète"
    message = (
        "Le fichier n° {0} de la même édition porte des {1} que celui-ci n'a pas : il n'est pas remplacé par "
        "un extrait. Chargez le fichier complet, ou annulez d'abord le n° {0} (« observatoire series annuler "
        "{0} »). Rien n'a été écrit."
    )


class NothingKept(RefusedFile):
    """Every row was set aside; argument: why, in words."""

    code = "serie_sans_cellule"
    title = "Aucune cellule retenue"
    message = "Aucune ligne du fichier n'a pu être retenue : {0}. Rien n'a été écrit."
