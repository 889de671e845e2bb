-- Findings of a check, those with most statements first: of each the first few statements, and how many there are.
WITH told AS (SELECT DISTINCT focus, note, subject, predicate, object, graph FROM (checked) AS found),
sizes AS (SELECT focus, note, count(*) AS size FROM told GROUP BY focus, note),
ranked AS (
  SELECT focus, note, size, row_number() OVER (ORDER BY size DESC, focus, note) AS place, count(*) OVER () AS total
  FROM sizes
),
numbered AS (
  SELECT ranked.total, ranked.place, ranked.size, told.focus, told.note, told.subject, told.predicate, told.object,
    told.graph, row_number() OVER (
      PARTITION BY told.focus, told.note ORDER BY told.subject, told.predicate, told.object, told.graph
    ) AS number
  FROM told JOIN ranked ON told.focus = ranked.focus AND told.note = ranked.note
  WHERE ranked.place <= max_findings
)
SELECT total, size, focus, note, subject, predicate, object, graph
FROM numbered WHERE number <= max_statements
ORDER BY place, number
