WITH differing AS (
  SELECT subject, predicate FROM statements
  WHERE predicate IN (SELECT subject FROM statements WHERE predicate = {rdf:type} AND object = {owl:FunctionalProperty})
  GROUP BY subject, predicate HAVING count(DISTINCT object) > 1
)
SELECT s.subject AS focus, substr(s.predicate, 2, length(s.predicate) - 2) AS note, s.subject, s.predicate, s.object, s.graph
FROM statements AS s JOIN differing AS d ON s.subject = d.subject AND s.predicate = d.predicate
