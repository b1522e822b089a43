"""Numbered steps `NNNN_name.sql` that bring an older database to the shape of schema.sql.

Step 0001 is the first released schema. A released step never changes; a new one comes with the change of schema.sql
that it leads to, and a test compares both ways by `pg_dump`.
"""
