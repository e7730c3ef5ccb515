"""The glossary as data: official French term, identifier in the code, name on the wire.

French on the wire, English in the code; one seam, in ``web/schemas`` and ``outputs``. House tests
check that a name of one side always has the same name on the other, and that
``docs/glossaire.md`` is what ``glossary_page`` writes.
"""

from observatoire.vocabulary.fields import FIELDS
from observatoire.vocabulary.page import glossary_page
from observatoire.vocabulary.terms import GLOSSARY, Term

__all__ = ["FIELDS", "GLOSSARY", "Term", "glossary_page"]
