# Breaks shapes:Clause-isPartOf in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>

# case: no parent
# expect: Violation Clause-isPartOf MinCount <id/example/action/1/clause/1>
# expect: Violation Action-clauses-start SPARQL <id/example/action/1>
# expect: Violation Sibling-number-gap SPARQL <id/example/action/1/clause/2>
# expect: Violation Part-isPartOf MinCount <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1> dcterms:isPartOf <id/example/action/1> . <id/example/action/1> dcterms:hasPart <id/example/action/1/clause/1> }

# case: two parents
# expect: Violation Clause-isPartOf MaxCount <id/example/action/1/clause/1>
# expect: Violation Clause-inside SPARQL <id/example/action/1/clause/1>
# expect: Violation Part-isPartOf MaxCount <id/example/action/1/clause/1>
INSERT DATA { <id/example/action/1/clause/1> dcterms:isPartOf <id/example/conclusion> . <id/example/conclusion> dcterms:hasPart <id/example/action/1/clause/1> }

# case: a parent of another kind
# expect: Violation Clause-isPartOf Class <id/example/action/1/clause/1>
# expect: Violation Action-clauses-start SPARQL <id/example/action/1>
# expect: Violation Clause-inside SPARQL <id/example/action/1/clause/1>
# expect: Violation Sibling-number-gap SPARQL <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/1> dcterms:isPartOf <id/example/action/1> . <id/example/action/1> dcterms:hasPart <id/example/action/1/clause/1> } ;
INSERT DATA { <id/example/action/1/clause/1> dcterms:isPartOf <id/example> . <id/example> dcterms:hasPart <id/example/action/1/clause/1> }
