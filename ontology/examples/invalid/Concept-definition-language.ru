# Breaks shapes:Concept-definition-language in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: two in English
# expect: Violation Concept-definition-language UniqueLang <id/modality/uphold>
INSERT DATA { <id/modality/uphold> skos:definition "Another definition."@en }
