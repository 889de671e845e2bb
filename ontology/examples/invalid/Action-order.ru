# Breaks shapes:Action-order in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: the numbers are exchanged
# expect: Violation Action-order SPARQL <id/example/action/2>
DELETE DATA { <id/example/action/1> ilod:number 1 . <id/example/action/2> ilod:number 2 } ;
INSERT DATA { <id/example/action/1> ilod:number 2 . <id/example/action/2> ilod:number 1 }
