# Breaks shapes:Clause-beneficiary in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: an institution is no group
# expect: Violation Clause-beneficiary Class <id/example/action/2/clause/2>
DELETE DATA { <id/example/action/2/clause/2> ilod:beneficiary <id/group/developing-countries> . <id/example/action/2/clause/2#beneficiary-developing-countries> ilod:onValue <id/group/developing-countries> } ;
INSERT DATA { <id/example/action/2/clause/2> ilod:beneficiary <id/institution/river-commission> . <id/example/action/2/clause/2#beneficiary-developing-countries> ilod:onValue <id/institution/river-commission> }
