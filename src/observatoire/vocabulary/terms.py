"""Official terms: one word per thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word per thing.

    ``wire`` is empty when the term does not travel; ``planned`` when no code uses it yet.
    ``remark`` (French, for readers of the page) says what it is not, or who defines it.
    """

    label: str
    identifier: str
    wire: str = ""
    remark: str = ""
    planned: bool = False


GLOSSARY: tuple[Term, ...] = (
    # ---- facts
    Term(
        "fait, incident", "fact", "faits", "événement consigné par une source ; pas toujours une infraction"
    ),
    Term("catégorie", "Category", "categorie", "feuille de la nomenclature pivot (A101)"),
    Term(
        "famille, domaine", "family, domain", "famille, domaine", "A1 et A : niveaux au-dessus de la feuille"
    ),
    Term("nomenclature", "taxonomy", "nomenclature", "versionnée"),
    Term(
        "à classer",
        "unclassed",
        "non_classe",
        "libellé sans correspondance, rangé en Z999 : sa part est dans la preuve",
    ),
    Term(
        "correspondance",
        "correspondence",
        "correspondances",
        "libellé classé par une personne, pour une source ou son organisation ; jamais réécrite",
    ),
    Term(
        "mode de classement",
        "ClassingMode",
        "mode_classement",
        "table, synonyme, manuel, defaut : comment la catégorie a été trouvée",
    ),
    Term("passage", "passage", "passages", "d'une version de la nomenclature à la suivante"),
    Term("activité de service", "SERVICE_ACTIVITY", "", "domaine S : importée, jamais comptée comme un fait"),
    Term("sensibilité d'une catégorie", "sensitivity", "sensibilite", "2 : ne sort jamais du périmètre"),
    Term(
        "unité de compte",
        "unit, counting_unit",
        "unite_de_compte",
        "jamais d'addition entre unités ; « fait » pour les imports",
    ),
    Term("date et heure du fait", "occurred_from", "", "souvent incertaine : voir la précision"),
    Term("jour local", "local_day", "", "jour civil du lieu ; les périodes se comparent à lui"),
    Term(
        "précision de l'heure",
        "TimePrecision",
        "",
        "minute, heure, creneau, intervalle, jour, mois, inconnue",
    ),
    Term(
        "précision de localisation",
        "LocationPrecision",
        "localisation",
        "point, numero, intersection, voie, lieu, quartier ou commune ; une voie dit autour de quoi, non où",
    ),
    Term(
        "méthode de localisation",
        "LocationMethod",
        "methode",
        "source, table (de la ville), addok, national ou manuel (réponse d'une personne)",
    ),
    Term(
        "table des lieux",
        "OwnTable",
        "lieux",
        "lieux et voies d'une organisation, remplacée d'un bloc, par version",
    ),
    Term(
        "lieu à vérifier",
        "PlaceToCheck",
        "a-verifier",
        "adresse douteuse, chiffrée, gardée jusqu'à la réponse et 30 jours au plus ; la réponse est apprise",
    ),
    Term(
        "infraction (crime, délit, contravention)",
        "Offence",
        "infraction",
        "NATINF ; jamais « crime » pour les trois",
        planned=True,
    ),
    Term("main courante", "logbook", "main_courante", "n'est pas une plainte", planned=True),
    Term(
        "plainte / signalement",
        "complaint / citizen_report",
        "plainte / signalement",
        "« report » seul est banni du code",
        planned=True,
    ),
    # ---- sources and imports
    Term("source", "Source", "source", "qui envoie des faits, pour quel territoire"),
    Term("type de source", "SourceKind", "type", "police_municipale, bailleur, transporteur…"),
    Term("police municipale", "POLICE_MUNICIPALE", "police_municipale"),
    Term("bailleur (social)", "BAILLEUR", "bailleur"),
    Term("transporteur", "TRANSPORTEUR", "transporteur"),
    Term(
        "groupe d'additivité",
        "group",
        "groupe",
        "seules les sources d'un même groupe s'additionnent",
    ),
    Term("visibilité d'une source", "Visibility", "visibilite", "le plus large public de ce qui en est tiré"),
    Term("organisation", "Organisation", "organisations", "qui envoie des faits, qui pose des questions"),
    Term(
        "périmètre d'une clé",
        "grant",
        "perimetre",
        "ses territoires, ou ceux en vigueur de son organisation ; au-delà, on lit ce qui est diffusé",
    ),
    Term(
        "portée de lecture",
        "Reach",
        "",
        "ce que la base montre à qui demande, le temps d'une transaction ; rien par défaut",
    ),
    Term("import", "ImportRecord", "imports", "un fichier reçu et ce qu'il est devenu"),
    Term("profil", "Profile", "profil", "carte des colonnes d'un exporteur ; liste d'autorisation"),
    Term(
        "quarantaine / écartées",
        "quarantined / set_aside",
        "quarantaine / ecartees",
        "lignes à corriger / lignes qui ne sont pas des faits (totaux, pieds de page)",
    ),
    Term("arrêté le", "as_of", "arrete_le", "date d'extraction ; la plus récente l'emporte"),
    Term("rien à signaler, néant", "nil", "neant", "zéro déclaré, qui n'est pas une absence"),
    Term(
        "couverture",
        "Coverage",
        "couverture",
        "ce qui a été reçu : recu, partiel, neant, en_retard, a_venir, absent ; rien de cela n'est un zéro "
        "sauf neant",
    ),
    Term(
        "calendrier d'une source",
        "Schedule",
        "calendrier",
        "ce qui est attendu, et l'échéance après laquelle un mois sans envoi est en retard",
    ),
    Term(
        "rupture de série",
        "SeriesBreak",
        "ruptures",
        "jour à partir duquel on ne compte plus la même chose ; aucune tendance ne la traverse",
    ),
    Term(
        "données provisoires",
        "provisional_since",
        "provisoire_depuis",
        "mois reçus dont les chiffres peuvent encore bouger",
    ),
    Term(
        "avis de silence", "NoticeRecord", "avis", "relevé une fois par silence, clos quand un envoi arrive"
    ),
    Term(
        "charte signée",
        "charter_signed_on",
        "charte_signee_le",
        "sans elle, rien de la source ne sort du périmètre",
    ),
    Term(
        "précision du contrat",
        "PlacePrecision",
        "precision",
        "lieu le plus fin conservé et montré : point, voie, quartier, commune",
    ),
    Term(
        "durée de conservation",
        "retention_years",
        "conservation_annees",
        "après, le point du fait est réduit au quartier ; trois ans à défaut",
    ),
    # ---- territories
    Term("territoire, niveau", "TerritoryCode, TerritoryLevel", "territoire, niveau", "niveau:code"),
    Term("commune", "COMMUNE", "commune", "code officiel géographique (COG, Insee) : du texte, 2A004"),
    Term("arrondissement municipal", "ARRONDISSEMENT", "arrondissement", "jamais ajouté à sa commune"),
    Term("EPCI", "EPCI", "epci", "SIREN ; intercommunalité à fiscalité propre"),
    Term("EPT", "EPT", "ept", "établissement public territorial ; jamais ajouté à son EPCI"),
    Term("département", "DEPARTEMENT", "departement", "« department » désignerait un service"),
    Term("région, nation", "REGION, NATION", "region, nation"),
    Term(
        "quartier prioritaire (QPV)",
        "QPV",
        "qpv",
        "chevauche communes et IRIS ; les listes de 2015 et de 2024 diffèrent",
    ),
    Term("IRIS", "IRIS", "iris", "découpage statistique (Insee) ; un fait localisé en a un au plus"),
    Term(
        "zone",
        "Zone",
        "zone",
        "dessinée par une organisation, par versions datées ; les zones peuvent se recouvrir",
    ),
    Term(
        "type de zone",
        "ZoneKind",
        "type",
        "quartier, residence, secteur_patrouille, bassin_delinquance, autre",
    ),
    Term(
        "rattachement",
        "assignment",
        "rattachement",
        "les faits localisés, revus parce qu'un contour ou une zone a changé",
    ),
    Term("maille", "cell", "maille", "cellule H3 ; en paramètre, sa résolution"),
    Term("millésime", "vintage", "millesime", "sur chaque découpage et chaque population"),
    Term(
        "contour, défauts connus",
        "contour, defects",
        "contour, defauts_connus",
        "un trou n'est jamais comblé",
    ),
    Term("population", "population", "population", "population municipale, avec son millésime"),
    # ---- analyses
    Term("synthèse", "Summary", "synthese"),
    Term("point chaud", "HotspotCell", "points-chauds", "énoncé statistique, avec méthode et valeur p"),
    Term("masque", "Mask", "masque", "les mailles dont les sources peuvent parler, et elles seules"),
    Term("créneau horaire", "slot", "creneau", "jour de la semaine × heures"),
    Term("tendance", "trends", "tendances", "pente annuelle qui tient compte de la saison"),
    Term("rupture possible", "possible_breaks", "ruptures_possibles", "une question, non un constat"),
    Term("retard de signalement", "correction", "retards", "mesuré sur les envois passés de la source"),
    Term(
        "évolution annuelle",
        "change",
        "evolution_annuelle",
        "évolution, tendance, saisonnalité ne sont pas synonymes",
    ),
    Term(
        "évolution",
        "evolution",
        "evolution",
        "une période face aux mêmes jours des années d'avant ; une tendance suit une série de mois",
    ),
    Term(
        "référence",
        "Reference",
        "reference",
        "annee_precedente, ou moyenne_3_ans : somme de trois années contre une exposition de trois",
    ),
    Term(
        "facteur de variance",
        "variance_factor",
        "facteur_variance",
        "de combien les comptes du lieu varient plus que le hasard, d'après son propre passé",
    ),
    Term("verdict", "Verdict", "verdict", "hausse, baisse, stable, non_concluant"),
    Term(
        "taux pour mille",
        "rate_per_thousand",
        "taux_pour_mille",
        "toujours avec son dénominateur et son millésime",
    ),
    Term(
        "comparaison",
        "ComparisonRow",
        "comparaisons",
        "des taux de même définition, ou « non comparable » et pourquoi ; jamais un classement",
    ),
    Term(
        "base du taux",
        "RateBase",
        "base_du_taux",
        "habitants (population municipale), ou logements pour les seuls cambriolages de logement",
    ),
    Term(
        "communes semblables",
        "PeerGroup",
        "semblables, pairs",
        "les plus proches par la population, la densité et la pauvreté ; critères et poids ouverts",
    ),
    Term(
        "taux lissé", "smoothed_rate", "taux_lisse", "pour les cartes ; le taux brut reste le chiffre du lieu"
    ),
    Term(
        "position, limites",
        "Position, limits",
        "position, limites",
        "dans ou hors de ce que le hasard permet autour du taux commun ; ce n'est pas un rang",
    ),
    Term("preuve", "Proof", "preuve", "ce qui accompagne chaque chiffre"),
    Term(
        "effectif, exclus",
        "Headcount, excluded",
        "effectif, exclus",
        "total = retenus + exclus, chacun motivé",
    ),
    Term(
        "empreinte",
        "digest",
        "empreinte",
        "de la question et de tout ce dont la réponse dépend : change exactement quand cela change",
    ),
    Term(
        "provenance",
        "provenance",
        "provenance",
        "ce sur quoi un chiffre reposait quand son empreinte a été donnée, et s'il en est encore ainsi",
    ),
    Term(
        "croisement",
        "Dimension",
        "croisements",
        "deux classements des mêmes faits ; résidu : écart à ce que donnerait l'indépendance",
    ),
    Term(
        "contexte",
        "TerritoryContext",
        "contexte",
        "population, logements, pauvreté d'un territoire : à côté des faits, jamais combinés",
    ),
    Term("portrait", "Portrait", "portrait", "un territoire en un appel : côte à côte, sans indice ni rang"),
    Term(
        "analyse nommée",
        "NamedAnalysis",
        "catalogue",
        "versionnée ; il n'y manque qu'un territoire et une période",
    ),
    # ---- official series
    Term(
        "série officielle",
        "OfficialSeries",
        "series-officielles",
        "publiée par l'État ; jamais additionnée aux faits collectés",
    ),
    Term("jeu de données", "Dataset", "jeu", "une base d'un producteur : ssmsi_communes, etat_4001…"),
    Term("indicateur", "Indicator", "indicateur", "ce qu'une série compte ; deux peuvent se recouvrir"),
    Term("non diffusé (ndiff)", "ndiff", "mention", "inconnu et sans borne : ni 0, ni « 5 au plus »"),
    # ---- disclosure
    Term(
        "secret statistique",
        "disclosure",
        "diffusion",
        "le module ; « diffusion » est ce que la porte a appliqué",
    ),
    Term("état d'une valeur", "ValueState", "etat", "publie, zero, secret, absent : absent n'est pas zéro"),
    Term(
        "seuil de diffusion",
        "THRESHOLD",
        "seuil",
        "5 : un compte de 1 à 4 n'est jamais montré hors du périmètre",
    ),
    Term("cercle de lecteurs", "Audience", "audience", "interne, partenaires, public"),
    Term("périmètre", "grant", "", "territoires d'une clé ou d'une personne"),
    Term(
        "personne", "Person", "personnes", "qui se connecte par son nom ; les journaux n'en ont que le numéro"
    ),
    Term(
        "second facteur",
        "SecondFactor",
        "second_facteur",
        "code d'un téléphone, demandé après le mot de passe",
    ),
    Term("jeton", "token_of", "jeton", "ce qu'une page répète pour prouver que la demande vient d'elle"),
    Term("édition", "edition", "edition", "ce qui est publié, protégé et audité une fois pour toutes"),
    Term(
        "année arrêtée",
        "settled_by",
        "arretee_par",
        "telle qu'une édition l'a dite ; les suivantes la répètent, sauf révision protégée avec elle",
    ),
    Term(
        "journal d'audit",
        "trail",
        "audit",
        "qui a lu, exporté ou modifié quoi, pourquoi ; s'ajoute, ne se réécrit pas",
    ),
    Term("scellement", "Seal", "scelle", "chaîne les entrées du journal d'audit, chaque minute"),
    Term("finalité", "Purpose", "finalite", "pourquoi des points sont lus : une liste fermée"),
    # ---- strategy
    Term("CLSPD / CISPD", "clspd", "clspd", "le conseil, non son programme", planned=True),
    Term("stratégie (STSPD)", "Strategy", "strategie", planned=True),
    Term("axe prioritaire", "PriorityAxis", "axe", planned=True),
    Term("objectif / fiche-action", "Objective / ActionSheet", "objectif / fiche_action", planned=True),
    Term(
        "pilote / partenaire",
        "lead_organisation / partner",
        "pilote / partenaire",
        "« pilot » est un faux ami",
        planned=True,
    ),
    Term(
        "territoire témoin, avant/après",
        "control_area, before_after",
        "territoire_temoin, avant_apres",
        "une évaluation n'est jamais un simple avant/après",
        planned=True,
    ),
)
