"""A module of a user's that asks for the time in every way there is."""

import datetime as dt
import time
from datetime import date, datetime
from time import time as seconds


def told():
    """Return the time, asked in each way."""
    import datetime
    from time import time_ns

    return {
        "class": datetime_now().isoformat(),
        "module": dt.datetime.now(dt.UTC).isoformat(),
        "inside": datetime.datetime.now(datetime.UTC).isoformat(),
        "date": date.today().isoformat(),
        "seconds": [time.time(), seconds(), time_ns() / 1e9],
    }


def datetime_now():
    """Ask by the class."""
    return datetime.now(dt.UTC)


def is_datetime(value):
    """Compare with the class, and make one of it."""
    return isinstance(value, datetime) and isinstance(value, date) and type(datetime(2020, 1, 1)) is type(value)
