-- Things of the default graph by class.
SELECT object, count(DISTINCT subject) AS things
FROM statements
WHERE predicate = {rdf:type} AND starts_with(object, '<') AND NOT starts_with(object, '<<(')
GROUP BY object
