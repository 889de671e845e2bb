WITH types AS (SELECT subject, object, graph FROM statements WHERE predicate = {rdf:type}),
pairs AS (
  SELECT t.subject, t.object, t.graph, c.object AS class, c.graph AS home
  FROM types AS t JOIN types AS c ON t.subject = c.subject
  WHERE c.object IN ({owl:Class}, {rdfs:Class}) AND t.object NOT IN ({owl:Class}, {rdfs:Class}, {owl:Thing},
    {owl:NamedIndividual}, {rdfs:Resource}, {owl:Restriction}, {owl:DeprecatedClass}, {rdfs:Datatype})
)
SELECT object AS focus, substr(graph, 2, length(graph) - 2) AS note, subject, {rdf:type} AS predicate, object, graph FROM pairs
UNION ALL
SELECT object AS focus, substr(graph, 2, length(graph) - 2) AS note, subject, {rdf:type} AS predicate, class AS object,
  home AS graph FROM pairs
