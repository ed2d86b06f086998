"""The state's tables.

scope    (target, mapping): everything else hangs on one
record   a confirmed record: digest NULL while it is on its way to the target; `made` if this
         mapping created it, `gone` once its rows were gone and that was seen to
row      a raw row, by digest, all of whose records are confirmed; `records` is the packed number
         of its one record, or a JSON list of such numbers
row_of   which rows make a record: when the record is sent anew, they are no longer known
run      the history
"""

from __future__ import annotations

VERSION = 2

MIGRATIONS = {  # from that version to the next
    1: (
        "ALTER TABLE record ADD COLUMN made INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE record ADD COLUMN gone INTEGER NOT NULL DEFAULT 0",
    ),
}

TABLES = """
CREATE TABLE scope (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    mapping TEXT NOT NULL,
    newest TEXT NOT NULL DEFAULT '[]',
    UNIQUE (target, mapping)
);
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scope,
    entry INTEGER NOT NULL,
    entity TEXT NOT NULL,
    key_digest BLOB NOT NULL,
    digest BLOB,
    target_id TEXT NOT NULL,
    burnt TEXT NOT NULL DEFAULT '',
    made INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    UNIQUE (scope, entry, key_digest)
);
CREATE TABLE row (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL REFERENCES scope,
    digest BLOB NOT NULL,
    key TEXT NOT NULL,
    records,
    UNIQUE (scope, digest)
);
CREATE TABLE row_of (
    record INTEGER NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (record, row)
) WITHOUT ROWID;
CREATE TABLE run (
    id TEXT PRIMARY KEY,
    mapping TEXT NOT NULL,
    target TEXT NOT NULL,
    started TEXT NOT NULL,
    status TEXT NOT NULL,
    exit_code INTEGER,
    report TEXT
);
"""
