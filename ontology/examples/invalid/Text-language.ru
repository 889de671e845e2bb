# Breaks shapes:Text-language in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX schema: <http://schema.org/>

# case: none at all
# expect: Violation Text-language MinCount <id/example/zh>
DELETE DATA { <id/example/zh> schema:inLanguage "zh" }

# case: two
# expect: Violation Text-language MaxCount <id/example/zh>
# expect: Violation Text-language-true SPARQL <id/example/zh>
INSERT DATA { <id/example/zh> schema:inLanguage "en" }

# case: no tag
# expect: Violation Text-language Pattern <id/example/zh>
# expect: Violation Text-language-true SPARQL <id/example/zh>
DELETE DATA { <id/example/zh> schema:inLanguage "zh" } ;
INSERT DATA { <id/example/zh> schema:inLanguage "Chinese!" }
