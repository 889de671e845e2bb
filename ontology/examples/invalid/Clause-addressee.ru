# Breaks shapes:Clause-addressee in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: an institution is no group
# expect: Violation Clause-addressee Class <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1> ilod:addressee <id/group/enterprises> . <id/example/action/1/clause/1#addressee-enterprises> ilod:onValue <id/group/enterprises> } ;
INSERT DATA { <id/example/action/1/clause/1> ilod:addressee <id/institution/river-commission> . <id/example/action/1/clause/1#addressee-enterprises> ilod:onValue <id/institution/river-commission> }
