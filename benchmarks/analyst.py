"""What an analyst does by hand: read the CSV, join the communes, write to PostGIS.

Run by import_vs_analyst.py in an environment of its own (pandas, geopandas), which the project does not need.
"""

import sys
import time

import geopandas
import pandas
from sqlalchemy import create_engine


def main() -> None:
    """Print the seconds from the file to the committed table."""
    path, communes, url = sys.argv[1:]
    started = time.perf_counter()
    frame = pandas.read_csv(path, sep=";", encoding="cp1252", decimal=",", dtype={"Code INSEE": str})
    frame["moment"] = pandas.to_datetime(frame["Date"] + " " + frame["Heure"], format="%d/%m/%Y %Hh%M")
    points = geopandas.points_from_xy(frame["X"], frame["Y"], crs=2154)
    facts = geopandas.GeoDataFrame(frame, geometry=points).to_crs(4326)
    areas = geopandas.read_file(communes)[["code", "geometry"]]
    joined = geopandas.sjoin(facts, areas, how="left", predicate="within").drop(columns="index_right")
    joined.to_postgis("analyst", create_engine(url), if_exists="replace", chunksize=50_000)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
