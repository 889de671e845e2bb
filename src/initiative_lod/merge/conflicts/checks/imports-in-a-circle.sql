SELECT i.subject AS focus, '' AS note, i.subject, i.predicate, i.object, i.graph
FROM statements AS i
JOIN circles AS one ON i.subject = one.name JOIN circles AS other ON i.object = other.name
WHERE i.predicate = {owl:imports} AND one.circle = other.circle
