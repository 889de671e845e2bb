# Breaks shapes:Evidence-reason-language in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two reasons in English
# expect: Violation Evidence-reason-language UniqueLang <id/example/action/2/clause/2#addressee-all-countries>
INSERT DATA { <id/example/action/2/clause/2#addressee-all-countries> ilod:reason "another reason"@en }
