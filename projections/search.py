"""What is written in drafts, as it is searched: every title and segment, and the words of each page of them."""

from typing import NamedTuple

from projections.projection import Projection

# Segments that are searched together, the title with the first ones.
PAGE_SEGMENTS = 16

# No index from a word to where it is: its list would grow with the log, and a word that everybody uses has all of it.
# A search goes through the newest drafts of a set instead (projections/draft_list.py), and what is held against it is
# one row for a short draft. A page of ordinary segments stays in the table's own row: beside it, it would cost three
# times as much to look at.
_DDL = """
CREATE TABLE {schema}.texts (
    lane     smallint NOT NULL,
    draft_id uuid     NOT NULL,
    part     integer  NOT NULL,
    content  text     NOT NULL,
    words    tsvector NOT NULL,
    PRIMARY KEY (lane, draft_id, part)
);
COMMENT ON COLUMN {schema}.texts.part IS 'order of the segment; -1 is the title';
CREATE TABLE {schema}.pages (
    lane     smallint NOT NULL,
    draft_id uuid     NOT NULL,
    page     integer  NOT NULL,
    words    tsvector NOT NULL,
    PRIMARY KEY (lane, draft_id, page)
) WITH (fillfactor = 70, toast_tuple_target = 8160);
CREATE AGGREGATE {schema}.together(tsvector) (SFUNC = tsvector_concat, STYPE = tsvector, INITCOND = '');
"""

_PAGE = f"greatest(part, 0) / {PAGE_SEGMENTS}"

# What is added follows what is there: its words go to the end of its page.
_ADDED = f"""
    WITH added AS (
        INSERT INTO {{schema}}.texts (lane, draft_id, part, content, words)
        SELECT e.lane, e.stream_id, coalesce(d.segment_order, -1), coalesce(d.content, d.title),
               to_tsvector('simple', coalesce(d.content, d.title))
          FROM unnest(batch) e
         CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(
               title text, content text, segment_order integer)
         WHERE e.type IN ('draft_created', 'segment_added') AND coalesce(d.content, d.title) IS NOT NULL
        RETURNING draft_id, part, words
    )
    INSERT INTO {{schema}}.pages AS p (lane, draft_id, page, words)
    SELECT $1, a.draft_id, {_PAGE} AS page, {{schema}}.together(a.words ORDER BY a.part)
      FROM added a GROUP BY a.draft_id, page ORDER BY a.draft_id, page
        ON CONFLICT (lane, draft_id, page) DO UPDATE SET words = p.words || excluded.words"""

# Of each text only the last word of the range counts; without one it was withdrawn.
_CHANGES = """
    SELECT DISTINCT ON (e.stream_id, part) e.stream_id AS draft_id, coalesce(d.segment_order, -1) AS part,
           coalesce(d.content, d.title) AS content
      FROM unnest(batch) e
     CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(title text, content text, segment_order integer)
     WHERE e.type IN ('draft_renamed', 'segment_amended', 'segment_withdrawn')
       AND coalesce(d.segment_order::text, d.title) IS NOT NULL
     ORDER BY e.stream_id, part, e.version DESC"""

_CHANGED = f"""
    WITH change AS ({_CHANGES}), gone AS (
        DELETE FROM {{schema}}.texts t USING change c
         WHERE c.content IS NULL AND t.lane = $1 AND t.draft_id = c.draft_id AND t.part = c.part
    )
    INSERT INTO {{schema}}.texts (lane, draft_id, part, content, words)
    SELECT $1, c.draft_id, c.part, c.content, to_tsvector('simple', c.content)
      FROM change c WHERE c.content IS NOT NULL
        ON CONFLICT (lane, draft_id, part) DO UPDATE SET content = excluded.content, words = excluded.words"""

# And the page is made again of the texts that it has now.
_REMADE = f"""
    UPDATE {{schema}}.pages p
       SET words = coalesce((
            SELECT {{schema}}.together(t.words ORDER BY t.part) FROM {{schema}}.texts t
             WHERE t.lane = $1 AND t.draft_id = n.draft_id
               AND t.part >= n.page * {PAGE_SEGMENTS} - (n.page = 0)::integer
               AND t.part < (n.page + 1) * {PAGE_SEGMENTS}), '')
      FROM (SELECT DISTINCT c.draft_id, {_PAGE} AS page FROM ({_CHANGES}) c) n
     CROSS JOIN LATERAL (
        SELECT q.ctid FROM {{schema}}.pages q
         WHERE q.lane = $1 AND q.draft_id = n.draft_id AND q.page = n.page OFFSET 0) q
     WHERE p.ctid = q.ctid"""

SEARCH = Projection("search", ("draft",), _DDL, (_ADDED, _CHANGED, _REMADE))

# ---------------------------------------------------------------------------------------------------------------------
# Reading

# What was asked for, as `query`; of a word that is still being typed the beginning is enough. `any` is all its words,
# without those that must not be there, none of them needed: by it a text is the best of its page.
QUERY = """
    SELECT w.query, CASE WHEN querytree(w.query) IN ('', 'T') THEN w.query
                         ELSE replace(querytree(w.query), ' & ', ' | ')::tsquery END AS any
      FROM (SELECT CASE WHEN $typing AND right(t.query::text, 1) = '''' THEN (t.query::text || ':*')::tsquery
                        ELSE t.query END AS query
              FROM (SELECT websearch_to_tsquery('simple', $asked) AS query) t) w"""

# What no text contains marks the matches in it.
_START, _STOP = "\x02", "\x03"

# The text of a page `f` that matches best, around what matches.
SNIPPET = f"""
    SELECT best.part, ts_headline('simple', best.content, q.query,
                                  'StartSel={_START}, StopSel={_STOP}, MinWords=15, MaxWords=30') AS snippet
      FROM (SELECT t.part, t.content FROM {{search}}.texts t
             WHERE t.lane = $1 AND t.draft_id = f.draft_id
               AND t.part >= f.page * {PAGE_SEGMENTS} - (f.page = 0)::integer
               AND t.part < (f.page + 1) * {PAGE_SEGMENTS}
             ORDER BY ts_rank(t.words, q.any) DESC, t.part LIMIT 1) best"""


class Snippet(NamedTuple):
    """A passage of a draft: of the segment of that order, or of the title (None).

    `matches` are (start, end) of what was found in `text`, in code points.
    """

    segment_order: int | None
    text: str
    matches: tuple[tuple[int, int], ...]


def snippet_of(part: int, marked: str) -> Snippet:
    """Return the snippet that the columns of SNIPPET hold."""
    plain, matches = "", []
    for n, piece in enumerate(marked.replace(_STOP, _START).split(_START)):
        if n % 2 == 1:
            matches.append((len(plain), len(plain) + len(piece)))
        plain += piece
    return Snippet(part if part >= 0 else None, plain, tuple(matches))


def still_typing(asked: str) -> bool:
    """Whether a search ends in a word that may go on: one that is wanted, and not within quotes."""
    *_, last = asked.split(" ")
    return last[-1:].isalnum() and not last.startswith("-") and asked.count('"') % 2 == 0
