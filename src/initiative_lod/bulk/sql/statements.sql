-- All statements, with their objects as the store has them.
SELECT subject, predicate, graph, coalesce(stored, object) AS object,
  CASE WHEN stored IS NULL THEN value ELSE regexp_extract(stored, '^"(.*)"', 1) END AS value,
  CASE WHEN stored IS NULL THEN datatype ELSE regexp_extract(stored, '<([^"]*)>$', 1) END AS datatype,
  language, stored IS NOT NULL AS rewritten
FROM quads
