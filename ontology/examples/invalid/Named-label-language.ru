# Breaks shapes:Named-label-language in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: two in one language
# expect: Violation Named-label-language UniqueLang <id/event/river-conference>
INSERT DATA { <id/event/river-conference> rdfs:label "大会"@zh }
