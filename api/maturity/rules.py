"""What a figure must be to mean something on its own scale."""

import re
from collections.abc import Iterator
from datetime import date

from api.errors import FieldError
from api.maturity.schemas import MaturityRecord

_NUMBER = r"(-?[0-9]{1,12}(?:[.,][0-9]{1,6})?)"
_FROM_TO = re.compile(rf"{_NUMBER} ?(?:-|–|till|to) ?{_NUMBER}")


def faults(body: MaturityRecord, today: date) -> Iterator[FieldError]:
    """List what is wrong with a figure; a scale that is not two numbers, such as `steg`, is taken as it is."""
    if body.measured_on > today:
        yield FieldError("/measuredOn", "in-the-future", "is today or earlier")
    if found := _FROM_TO.fullmatch(body.scale):
        low, high = (float(each.replace(",", ".")) for each in found.groups())
        if low >= high:
            yield FieldError("/scale", "empty-scale", "begins below its end, as 0-100 does")
        elif not low <= body.value <= high:
            yield FieldError("/value", "outside-scale", f"lies on its scale, {body.scale}")
