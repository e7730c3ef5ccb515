"""What every table shares: names of constraints, schemas, geometries."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    MetaData,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SCHEMAS = ("reference", "collection", "confidential", "published", "accounts", "audit")


def geometry(kind: str) -> Geometry:
    """A column of geometries in WGS 84, without an index of its own."""
    return Geometry(kind, srid=4326, spatial_index=False)
