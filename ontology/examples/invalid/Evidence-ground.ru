# Breaks shapes:Evidence-ground in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: neither said nor implied
# expect: Violation Evidence-ground SPARQL <id/example/action/1/clause/1#topic-sewage>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:span <id/example/zh#char=89,91> }
