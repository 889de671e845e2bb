WITH doubled AS (
  SELECT predicate, object FROM statements
  WHERE predicate IN (
    SELECT subject FROM statements WHERE predicate = {rdf:type} AND object = {owl:InverseFunctionalProperty}
  )
  GROUP BY predicate, object HAVING count(DISTINCT subject) > 1
)
SELECT s.predicate AS focus, '' AS note, s.subject, s.predicate, s.object, s.graph
FROM statements AS s JOIN doubled AS d ON s.predicate = d.predicate AND s.object = d.object
