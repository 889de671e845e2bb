-- What is said to be different from something.
SELECT subject AS name FROM statements WHERE predicate = {owl:differentFrom}
UNION
SELECT object AS name FROM statements WHERE predicate = {owl:differentFrom}
