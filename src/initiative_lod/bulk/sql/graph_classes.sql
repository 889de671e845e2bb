-- Things of each named graph by class.
SELECT graph, object, count(DISTINCT subject) AS things
FROM counted
WHERE predicate = {rdf:type} AND starts_with(object, '<') AND NOT starts_with(object, '<<(')
GROUP BY graph, object
