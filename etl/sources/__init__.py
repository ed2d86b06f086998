"""Sources: tables in CSV and workbooks, opened, found out about, and read as chunks of text rows.

locate      a path, glob or stdin  ->  files
unpack      .gz, .xz, .zip with one table  ->  a plain file, within limits
kind        what a file is, by its content
encoding    dialect    header    conventions      what is found out when the mapping does not say
lines       csv_rows   csv_table                  CSV: bytes -> lines -> rows and their faults
ooxml…      calamine   sheet_table                workbooks: cells as a person sees them
opener      puts them together

A text cell stays as it stands in the file: `00042`, `NA`, 18-digit codes. Nothing is guessed into
a number; what is found out about decimal signs and dates only fills `TableInfo.conventions`.
"""

from etl.sources.opener import open_source

__all__ = ["open_source"]
