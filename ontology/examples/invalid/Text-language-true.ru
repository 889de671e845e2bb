# Breaks shapes:Text-language-true in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX schema: <http://schema.org/>

# case: another language
# expect: Violation Text-language-true SPARQL <id/example/zh>
DELETE DATA { <id/example/zh> schema:inLanguage "zh" } ;
INSERT DATA { <id/example/zh> schema:inLanguage "en" }
