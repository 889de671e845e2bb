# Breaks shapes:Evidence-one-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two places
# expect: Violation Evidence-one-span SPARQL <id/example/action/1/clause/1#topic-sewage>
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:span <id/example/zh#char=83,85> }
