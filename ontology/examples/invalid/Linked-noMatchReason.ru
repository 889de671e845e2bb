# Breaks shapes:Linked-noMatchReason in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two in English
# expect: Violation Linked-noMatchReason UniqueLang <id/group/public>
INSERT DATA { <id/group/public> ilod:noMatchReason "Another reason."@en }
