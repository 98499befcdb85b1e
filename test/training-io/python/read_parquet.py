"""
Reads Parquet as a notebook does, and prints what it found as JSON: a column's type as its reader names it, and all
values so that no bit is lost: whole numbers as text, instants as text of µs since 1970, doubles by their shortest digits.

    python3 read_parquet.py pandas|pandas-nullable|polars file.parquet
"""

import json
import sys
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)


def read_pandas(path, **options):
    import numpy
    import pandas

    frame = pandas.read_parquet(path, **options)

    def exact(value):
        if isinstance(value, numpy.ndarray):
            return [exact(each) for each in value]
        if pandas.isna(value):
            return None
        if isinstance(value, (bool, numpy.bool_)):
            return bool(value)
        if isinstance(value, (int, numpy.integer)):
            return str(value)
        if isinstance(value, (float, numpy.floating)):
            return float(value)
        if isinstance(value, numpy.datetime64):
            return str(value.astype("datetime64[us]").astype("int64"))
        if isinstance(value, datetime):
            return micros(value)
        return value

    types = {name: str(frame[name].dtype) for name in frame.columns}
    return types, {name: [exact(value) for value in frame[name]] for name in frame.columns}


def read_polars(path):
    import polars

    frame = polars.read_parquet(path)

    def exact(value):
        if isinstance(value, list):
            return [exact(each) for each in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return str(value)
        return micros(value) if isinstance(value, datetime) else value

    types = {name: str(dtype) for name, dtype in frame.schema.items()}
    return types, {name: [exact(value) for value in frame[name].to_list()] for name in frame.columns}


def micros(instant):
    if instant.utcoffset() != timedelta(0):
        raise ValueError(f"{instant} is not of UTC")
    if getattr(instant, "nanosecond", 0) != 0:
        raise ValueError(f"{instant} is no whole microsecond")
    return str((instant - EPOCH) // MICROSECOND)


READERS = {
    "pandas": read_pandas,
    "pandas-nullable": lambda path: read_pandas(path, dtype_backend="numpy_nullable"),
    "polars": read_polars,
}

types, columns = READERS[sys.argv[1]](sys.argv[2])
json.dump({"types": types, "columns": columns}, sys.stdout, allow_nan=False)
