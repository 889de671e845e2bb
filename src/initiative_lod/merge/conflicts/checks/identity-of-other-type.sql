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
  SELECT links.subject, links.predicate, links.object, links.graph, types.object AS kind, types.graph AS home,
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
  SELECT typed.subject, typed.predicate, typed.object, typed.graph, kind, home,
    kinds.object AS other_kind, kinds.graph AS other_home
  FROM typed JOIN kinds ON typed.object = kinds.subject
  WHERE pair NOT IN (SELECT pair FROM alike)
    AND NOT starts_with(kind, '<http://www.w3.org/2002/07/owl#') AND NOT starts_with(kind, '_:')
)
SELECT subject AS focus, '' AS note, subject, predicate, object, graph FROM pairs
UNION ALL
SELECT subject AS focus, '' AS note, subject, {rdf:type} AS predicate, kind AS object, home AS graph FROM pairs
UNION ALL
SELECT subject AS focus, '' AS note, object AS subject, {rdf:type} AS predicate, other_kind AS object, other_home AS graph
FROM pairs
