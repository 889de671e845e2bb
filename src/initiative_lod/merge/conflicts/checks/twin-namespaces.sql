WITH types AS (
  SELECT subject, object, graph FROM stated
  WHERE predicate = {rdf:type} AND object IN ({rdfs:Class}, {owl:Class}, {owl:ObjectProperty}, {owl:DatatypeProperty},
    {owl:NamedIndividual}, {skos:Concept}, {rdf:Property})
),
cut AS (SELECT DISTINCT subject, regexp_extract(subject, '^(.*[/#])', 1) AS space FROM types),
names AS (
  SELECT subject, space, substr(subject, length(space) + 1, length(subject) - length(space) - 1) AS name FROM cut
  WHERE length(space) - length(replace(space, '/', '')) > 2
),
shared AS (
  SELECT one.space, other.space AS twin, count(*) AS shared, min(one.subject) AS s1, min(other.subject) AS s2
  FROM names AS one JOIN names AS other ON one.name = other.name
  WHERE one.space < other.space AND octet_length(encode(one.name)) >= 5
  GROUP BY one.space, other.space HAVING count(*) > 9
),
twins AS (
  SELECT concat(space, '>') AS focus, concat(substr(twin, 2), ' × ', CAST(shared AS VARCHAR)) AS note, s1, s2 FROM shared
)
SELECT focus, note, subject, {rdf:type} AS predicate, object, graph FROM twins JOIN types ON s1 = subject
UNION ALL
SELECT focus, note, subject, {rdf:type} AS predicate, object, graph FROM twins JOIN types ON s2 = subject
