-- Of most types there are very many pairs of things: links are followed first, by keys that no engine can join otherwise.
WITH links AS (
  SELECT subject, predicate, object, graph FROM statements
  WHERE predicate IN ({owl:sameAs}, {skos:exactMatch}) AND subject <> object
),
ends AS (SELECT subject AS name FROM links UNION SELECT object AS name FROM links),
types AS (
  SELECT subject, object, graph FROM statements WHERE predicate = {rdf:type} AND subject IN (SELECT name FROM ends)
),
typed AS (
  SELECT links.subject, links.predicate, links.object, links.graph, types.object AS kind,
    concat(links.subject, ' ', links.object) AS pair, concat(links.object, ' ', types.object) AS shared
  FROM links JOIN types ON links.subject = types.subject
),
alike AS (
  SELECT pair FROM typed
  WHERE kind <> {owl:NamedIndividual} AND shared IN (SELECT concat(subject, ' ', object) FROM types)
),
kinds AS (
  SELECT * FROM types
  WHERE NOT starts_with(object, '<http://www.w3.org/2002/07/owl#') AND NOT starts_with(object, '_:')
),
pairs AS (
  SELECT DISTINCT subject, predicate, object, graph FROM typed
  WHERE pair NOT IN (SELECT pair FROM alike) AND subject IN (SELECT subject FROM kinds) AND object IN (SELECT subject FROM kinds)
)
SELECT subject AS focus, '' AS note, subject, predicate, object, graph FROM pairs
UNION ALL
SELECT pairs.subject AS focus, '' AS note, kinds.subject, {rdf:type} AS predicate, kinds.object, kinds.graph
FROM pairs JOIN kinds ON pairs.subject = kinds.subject
UNION ALL
SELECT pairs.subject AS focus, '' AS note, kinds.subject, {rdf:type} AS predicate, kinds.object, kinds.graph
FROM pairs JOIN kinds ON pairs.object = kinds.subject
