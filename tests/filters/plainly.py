"""Filters evaluated plainly over Python values: what the server's answers are held against.

A record is a dictionary; tags and aliases are lists, times are datetimes without fraction, metadata
is JSON. Only values of the same kind compare; a key that is not there is not null.
"""
import datetime
import re

MISSING = object()
LISTS = {"tag", "alias", "tags", "aliases"}
TIMES = {"created_at", "updated_at", "linked_at", "acm_created_at", "artifact_created_at"}
NAMES = {"artifact_id": "id", "project_id": "id", "artifact_collection_id": "id", "collection_id": "id",
         "acm_created_at": "linked_at", "artifact_created_at": "created_at", "tags": "tag", "aliases": "alias",
         "version_index": "version", "collection_name": "name", "artifact_metadata": "metadata"}
SIZES = {"$gt": lambda a, b: a > b, "$gte": lambda a, b: a >= b, "$lt": lambda a, b: a < b, "$lte": lambda a, b: a <= b}


def kind(value):
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return type(value).__name__


def same(a, b):
    return a is not MISSING and kind(a) == kind(b) and a == b


def read(record, name):
    head, _, path = name.partition(".")
    whole = value = record[NAMES.get(head, head)]
    for part in path.split(".") if path else []:
        value = value.get(part, MISSING) if isinstance(value, dict) else MISSING
        if value is MISSING:
            break
    if value is MISSING and isinstance(whole, dict):
        return whole.get(path, MISSING)         # a member whose name has the dots
    return value


def one(operator, value, wanted):
    """A single value against an operator that is not negative."""
    if operator == "$eq":
        return same(value, wanted)
    if operator in SIZES:
        return value is not MISSING and value is not None and kind(value) == kind(wanted) and SIZES[operator](value, wanted)
    if operator == "$in":
        return any(same(value, item) for item in wanted)
    if operator == "$regex":
        return isinstance(value, str) and re.search(wanted, value, re.DOTALL) is not None
    if operator == "$contains":
        if isinstance(value, list):
            return any(same(item, wanted) for item in value)
        return isinstance(value, str) and wanted in value
    if operator == "$size":
        return isinstance(value, list) and len(value) == wanted
    if operator == "$all":
        return isinstance(value, list) and bool(wanted) and all(any(same(item, w) for item in value) for w in wanted)
    if operator == "$exists":
        return value is not MISSING
    raise AssertionError(operator)


def holds(operator, name, value, wanted):
    if operator == "$ne":
        return not holds("$eq", name, value, wanted)
    if operator == "$nin":
        return not holds("$in", name, value, wanted)
    if operator == "$exists" and not wanted:
        return not holds("$exists", name, value, True)
    if name in TIMES:
        wanted = [moment(w) for w in wanted] if isinstance(wanted, list) else moment(wanted)
    if name.startswith("version") and operator not in ("$regex", "$contains"):
        wanted = [number(w) for w in wanted] if isinstance(wanted, list) else number(wanted)
    elif name.startswith("version"):
        value = f"v{value}"
    if name not in LISTS:
        return one(operator, value, wanted)
    if operator == "$exists":
        return bool(value)
    if operator == "$eq" and wanted is None:
        return not value
    if operator in ("$size", "$all"):
        return one(operator, value, wanted)
    return any(one(operator, item, wanted) for item in value)


def number(value):
    return int(value.removeprefix("v")) if isinstance(value, str) else value


def moment(value):
    return datetime.datetime.fromisoformat(value.replace("Z", "")).replace(tzinfo=None) if isinstance(value, str) else value


def matches(condition, record):
    for key, wanted in (condition or {}).items():
        if key == "$and":
            good = all(matches(item, record) for item in wanted)
        elif key == "$or":
            good = any(matches(item, record) for item in wanted)
        elif key == "$nor":
            good = not any(matches(item, record) for item in wanted)
        elif key == "$not":
            good = not matches(wanted, record)
        else:
            good = field_matches(key, read(record, key), wanted)
        if not good:
            return False
    return True


def field_matches(name, value, wanted):
    if not isinstance(wanted, dict):
        return holds("$eq", name, value, wanted)
    for operator, operand in wanted.items():
        if operator == "$not":
            good = not field_matches(name, value, operand)
        else:
            good = holds(operator, name, value, operand)
        if not good:
            return False
    return True
