-- Which ontology imports which.
SELECT DISTINCT subject, object FROM statements WHERE predicate = {owl:imports}
