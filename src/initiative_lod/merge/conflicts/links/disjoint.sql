-- What our ontology says of classes that have nothing in common, and its lists.
SELECT subject, regexp_extract(predicate, '#(\w+)>', 1) AS predicate, object, value FROM statements
WHERE graph = {graph:ontology} AND (
  predicate IN ({owl:disjointWith}, {rdf:rest}, {rdf:first})
  OR (predicate = {owl:members} AND subject IN (
    SELECT subject FROM statements
    WHERE graph = {graph:ontology} AND predicate = {rdf:type} AND object = {owl:AllDisjointClasses}
  ))
)
