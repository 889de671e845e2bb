WITH notations AS (
  SELECT s.subject, s.object, s.graph, s.value, scheme.object AS scheme
  FROM statements AS s JOIN statements AS scheme ON s.subject = scheme.subject AND s.graph = scheme.graph
  WHERE s.predicate = {skos:notation} AND scheme.predicate = {skos:inScheme}
),
doubled AS (
  SELECT scheme, object, graph FROM notations GROUP BY scheme, object, graph HAVING count(DISTINCT subject) > 1
)
SELECT n.scheme AS focus, n.value AS note, n.subject, {skos:notation} AS predicate, n.object, n.graph
FROM notations AS n JOIN doubled AS d ON n.scheme = d.scheme AND n.object = d.object AND n.graph = d.graph
