# Breaks shapes:Evidence-reason in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: no reason
# expect: Violation Evidence-reason SPARQL <id/example/action/2/clause/2#addressee-all-countries>
DELETE WHERE { <id/example/action/2/clause/2#addressee-all-countries> ilod:reason ?any }

# case: in no language
# expect: Violation Evidence-reason SPARQL <id/example/action/2/clause/2#addressee-all-countries>
DELETE WHERE { <id/example/action/2/clause/2#addressee-all-countries> ilod:reason ?any } ;
INSERT DATA { <id/example/action/2/clause/2#addressee-all-countries> ilod:reason "the heading speaks of it" }
