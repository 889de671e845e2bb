# Breaks shapes:ConceptAuthority-link in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: neither link nor reason
# expect: Info ConceptAuthority-link SPARQL <id/group/public>
DELETE WHERE { <id/group/public> ilod:noMatchReason ?any }
