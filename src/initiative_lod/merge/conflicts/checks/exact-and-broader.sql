WITH pairs AS (
  SELECT e.subject, e.object, e.graph, b.predicate AS other, b.graph AS home
  FROM statements AS e JOIN statements AS b ON e.subject = b.subject AND e.object = b.object
  WHERE e.predicate = {skos:exactMatch} AND b.predicate IN ({skos:broadMatch}, {skos:narrowMatch}, {skos:relatedMatch},
    {skos:broader}, {skos:narrower}, {skos:related})
)
SELECT subject AS focus, '' AS note, subject, {skos:exactMatch} AS predicate, object, graph FROM pairs
UNION ALL
SELECT subject AS focus, '' AS note, subject, other AS predicate, object, home AS graph FROM pairs
