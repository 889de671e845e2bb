# Breaks shapes:Clause-addressee-differs in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: help for the one who helps
# expect: Warning Clause-addressee-differs Disjoint <id/example/action/2/clause/2>
DELETE DATA { <id/example/action/2/clause/2> ilod:addressee <id/group/all-countries> . <id/example/action/2/clause/2#addressee-all-countries> ilod:onValue <id/group/all-countries> } ;
INSERT DATA { <id/example/action/2/clause/2> ilod:addressee <id/group/developing-countries> . <id/example/action/2/clause/2#addressee-all-countries> ilod:onValue <id/group/developing-countries> }
