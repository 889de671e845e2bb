-- Triples of the default graph by property. A triple may come more than once where several graphs speak of its subject,
-- or where literals are written in several ways: of all others, which are most, the rows are counted as they are.
WITH several AS (
  SELECT subject FROM statements
  GROUP BY subject HAVING min(graph) <> max(graph) OR max(CASE WHEN rewritten THEN 1 ELSE 0 END) = 1
),
counted AS (
  SELECT predicate, count(*) AS uses FROM statements
  WHERE NOT EXISTS (SELECT 1 FROM several WHERE several.subject = statements.subject)
  GROUP BY predicate
  UNION ALL
  SELECT predicate, count(*) AS uses FROM (
    SELECT DISTINCT subject, predicate, object FROM statements
    WHERE EXISTS (SELECT 1 FROM several WHERE several.subject = statements.subject)
  ) AS triples
  GROUP BY predicate
)
SELECT predicate, sum(uses) AS uses FROM counted GROUP BY predicate
