"""Classes of a hotspot map, and why one cannot be computed."""

STRICT = 0.01
CLASSES = {
    2: "concentration_forte",
    1: "concentration",
    0: "non_significatif",
    -1: "creux",
    -2: "creux_fort",
}
REASONS = {
    "variance_nulle": (
        "toutes les mailles portent le même nombre de faits. Choisissez une période plus longue."
    ),
    "trop_peu_de_mailles": (
        "le masque compte moins de 30 mailles. Choisissez une maille plus fine ou un territoire plus grand."
    ),
    "trop_peu_de_faits": (
        "le masque porte moins de 60 faits localisés. Allongez la période ou élargissez les catégories."
    ),
}
