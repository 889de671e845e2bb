WITH types AS (SELECT subject, object, graph FROM statements WHERE predicate = {rdf:type}),
pairs AS (
  SELECT one.subject, one.object, one.graph, other.object AS other_kind, other.graph AS home
  FROM disjoint_classes AS d
  JOIN types AS one ON one.object = d.one
  JOIN types AS other ON other.subject = one.subject AND other.object = d.other
),
allowed AS (
  SELECT DISTINCT r.subject AS property, r.value AS datatype
  FROM statements AS r JOIN types AS t ON r.subject = t.subject AND r.graph = t.graph
  WHERE r.graph = {graph:ontology} AND r.predicate = {rdfs:range} AND t.object = {owl:DatatypeProperty}
    AND starts_with(r.subject, {ilod:*}) AND starts_with(r.object, {xsd:*})
)
SELECT subject AS focus, '' AS note, subject, {rdf:type} AS predicate, object, graph FROM pairs
UNION ALL
SELECT subject AS focus, '' AS note, subject, {rdf:type} AS predicate, other_kind AS object, home AS graph FROM pairs
UNION ALL
SELECT s.subject AS focus, '' AS note, s.subject, s.predicate, s.object, s.graph
FROM statements AS s JOIN allowed ON s.predicate = allowed.property
WHERE s.datatype IS NULL OR s.datatype <> allowed.datatype
