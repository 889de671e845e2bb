# Breaks shapes:Sibling-number-gap in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: the second clause is numbered 3
# expect: Violation Sibling-number-gap SPARQL <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/2> ilod:number 2 } ;
INSERT DATA { <id/example/action/1/clause/2> ilod:number 3 }
