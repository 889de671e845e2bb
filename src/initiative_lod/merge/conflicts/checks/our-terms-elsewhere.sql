WITH terms AS (
  SELECT DISTINCT subject AS name FROM statements
  WHERE graph = {graph:ontology} AND predicate = {rdfs:isDefinedBy} AND starts_with(subject, {ilod:*})
),
things AS (
  SELECT DISTINCT subject AS name FROM statements
  WHERE predicate = {rdf:type} AND starts_with(subject, {ours:*})
    AND graph NOT IN ({graph:provenance}, {graph:release}) AND NOT starts_with(graph, {graph:source/*})
),
abroad AS (
  SELECT subject, predicate, object, graph FROM statements
  WHERE starts_with(graph, {graph:source/*}) AND (
    predicate IN (SELECT name FROM terms) OR object IN (SELECT name FROM terms)
    OR subject IN (SELECT name FROM things)
  )
)
SELECT subject AS focus, '' AS note, subject, predicate, object, graph FROM abroad
WHERE NOT EXISTS (
  SELECT 1 FROM statements AS own
  WHERE own.subject = abroad.subject AND own.predicate = abroad.predicate AND own.object = abroad.object
    AND NOT starts_with(own.graph, {graph:source/*})
)
