WITH ontologies AS (SELECT subject, graph FROM statements WHERE predicate = {rdf:type} AND object = {owl:Ontology}),
known AS (
  SELECT subject AS name FROM ontologies
  UNION ALL
  SELECT v.object AS name FROM statements AS v JOIN ontologies AS o ON v.subject = o.subject AND v.graph = o.graph
  WHERE v.predicate = {owl:versionIRI}
)
SELECT i.object AS focus, '' AS note, i.subject, i.predicate, i.object, i.graph FROM statements AS i
WHERE i.predicate = {owl:imports} AND NOT EXISTS (SELECT 1 FROM known WHERE known.name = i.object)
