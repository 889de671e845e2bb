# Breaks shapes:Citation-role in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Citation-role Class <id/example/preamble/paragraph/1#cites-river-conference>
DELETE DATA { <id/example/preamble/paragraph/1#cites-river-conference> ilod:role <id/role/is-venue-of> } ;
INSERT DATA { <id/example/preamble/paragraph/1#cites-river-conference> ilod:role <id/modality/uphold> }

# case: one too many
# expect: Violation Citation-role MaxCount <id/example/preamble/paragraph/1#cites-river-conference>
INSERT DATA { <id/example/preamble/paragraph/1#cites-river-conference> ilod:role <id/role/hosts> }

# case: none at all
# expect: Violation Citation-role MinCount <id/example/preamble/paragraph/1#cites-river-conference>
DELETE DATA { <id/example/preamble/paragraph/1#cites-river-conference> ilod:role <id/role/is-venue-of> }
