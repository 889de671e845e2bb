-- The graphs that give a type to what is joined to a thing to which others are joined too.
WITH hubs AS (SELECT object FROM joining GROUP BY object HAVING count(DISTINCT subject) > 1)
SELECT DISTINCT subject, graph FROM statements
WHERE predicate = {rdf:type} AND subject IN (SELECT subject FROM joining WHERE object IN (SELECT object FROM hubs))
