# Breaks shapes:Evidence-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Evidence-span Class <id/example/action/1/clause/1#topic-sewage>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:span <id/example/zh#char=89,91> } ;
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:span <id/example/zh> }
