"""Time that is not waited for: makes what a data directory holds older, rows and bytes alike; and
what its stores take of the disk. Standard library only."""
import contextlib
import os
import sqlite3

DAY = 86400
AGED = {"artifact": ("created_us", "updated_us", "committed_us", "deleted_us"), "artifact_blob": ("created_us",),
        "manifest": ("created_us",), "upload": ("created_us", "completed_us"), "collection": ("deleted_us",),
        "project": ("deleted_us",), "run": ("deleted_us",)}


def age(data, seconds):
    """Everything in the data directory is that much older; may run beside the server."""
    with contextlib.closing(sqlite3.connect(data / "vitrine.db", timeout=60)) as db, db:
        for table, columns in AGED.items():
            db.execute(f"UPDATE {table} SET " + ", ".join(f"{c} = {c} - {seconds * 1000000}" for c in columns))
    for store in ("blobs", "parts"):
        with contextlib.closing(sqlite3.connect(data / store / "small.db", timeout=60)) as db, db:
            db.execute(f"UPDATE blob SET fresh_us = fresh_us - {seconds * 1000000}")
        for path in (data / store / "large").rglob("*"):
            if path.is_file():
                then = path.stat().st_mtime - seconds
                os.utime(path, (then, then))


def du(data):
    """What the stores take of the disk, in bytes."""
    total = 0
    for store in ("blobs", "parts"):
        total += (data / store).stat().st_blocks * 512
        total += sum(p.lstat().st_blocks * 512 for p in (data / store).rglob("*"))
    return total
