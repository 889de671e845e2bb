WITH notations AS (
  SELECT subject, predicate, object, graph, datatype FROM statements
  WHERE predicate = {skos:notation} AND datatype IS NOT NULL
),
doubled AS (SELECT subject, datatype FROM notations GROUP BY subject, datatype HAVING count(DISTINCT object) > 1)
SELECT n.subject AS focus, n.datatype AS note, n.subject, n.predicate, n.object, n.graph
FROM notations AS n JOIN doubled AS d ON n.subject = d.subject AND n.datatype = d.datatype
