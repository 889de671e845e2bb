# Breaks shapes:Text-language in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX schema: <http://schema.org/>

# case: none at all
# expect: Violation Text-language MinCount <id/example/zh>
# expect: Violation Part-text SPARQL <id/example/action/1>
# expect: Violation Part-text SPARQL <id/example/action/1/clause/1>
# expect: Violation Part-text SPARQL <id/example/action/1/clause/2>
# expect: Violation Part-text SPARQL <id/example/action/2>
# expect: Violation Part-text SPARQL <id/example/action/2/clause/1>
# expect: Violation Part-text SPARQL <id/example/action/2/clause/1#condition-1>
# expect: Violation Part-text SPARQL <id/example/action/2/clause/2>
# expect: Violation Part-text SPARQL <id/example/conclusion>
# expect: Violation Part-text SPARQL <id/example/pillar/1>
# expect: Violation Part-text SPARQL <id/example/pillar/1/clause/1>
# expect: Violation Part-text SPARQL <id/example/pillar/1/clause/2>
# expect: Violation Part-text SPARQL <id/example/preamble>
# expect: Violation Part-text SPARQL <id/example/preamble/paragraph/1>
# expect: Violation Part-text SPARQL <id/example/preamble/paragraph/1/clause/1>
DELETE DATA { <id/example/zh> schema:inLanguage "zh" }

# case: two
# expect: Violation Text-language MaxCount <id/example/zh>
# expect: Violation Text-language-true SPARQL <id/example/zh>
INSERT DATA { <id/example/zh> schema:inLanguage "en" }

# case: no tag
# expect: Violation Text-language Pattern <id/example/zh>
# expect: Violation Text-language-true SPARQL <id/example/zh>
# expect: Violation Named-label-source SPARQL <id/example>
# expect: Violation Named-label-source SPARQL <id/example/action/1>
# expect: Violation Named-label-source SPARQL <id/example/action/1/clause/1>
# expect: Violation Named-label-source SPARQL <id/example/action/1/clause/2>
# expect: Violation Named-label-source SPARQL <id/example/action/2>
# expect: Violation Named-label-source SPARQL <id/example/action/2/clause/1>
# expect: Violation Named-label-source SPARQL <id/example/action/2/clause/1#condition-1>
# expect: Violation Named-label-source SPARQL <id/example/action/2/clause/2>
# expect: Violation Named-label-source SPARQL <id/example/conclusion>
# expect: Violation Named-label-source SPARQL <id/example/pillar/1>
# expect: Violation Named-label-source SPARQL <id/example/pillar/1/clause/1>
# expect: Violation Named-label-source SPARQL <id/example/pillar/1/clause/2>
# expect: Violation Named-label-source SPARQL <id/example/preamble>
# expect: Violation Named-label-source SPARQL <id/example/preamble/paragraph/1>
# expect: Violation Named-label-source SPARQL <id/example/preamble/paragraph/1/clause/1>
# expect: Violation Part-text SPARQL <id/example/action/1>
# expect: Violation Part-text SPARQL <id/example/action/1/clause/1>
# expect: Violation Part-text SPARQL <id/example/action/1/clause/2>
# expect: Violation Part-text SPARQL <id/example/action/2>
# expect: Violation Part-text SPARQL <id/example/action/2/clause/1>
# expect: Violation Part-text SPARQL <id/example/action/2/clause/1#condition-1>
# expect: Violation Part-text SPARQL <id/example/action/2/clause/2>
# expect: Violation Part-text SPARQL <id/example/conclusion>
# expect: Violation Part-text SPARQL <id/example/pillar/1>
# expect: Violation Part-text SPARQL <id/example/pillar/1/clause/1>
# expect: Violation Part-text SPARQL <id/example/pillar/1/clause/2>
# expect: Violation Part-text SPARQL <id/example/preamble>
# expect: Violation Part-text SPARQL <id/example/preamble/paragraph/1>
# expect: Violation Part-text SPARQL <id/example/preamble/paragraph/1/clause/1>
DELETE DATA { <id/example/zh> schema:inLanguage "zh" } ;
INSERT DATA { <id/example/zh> schema:inLanguage "Chinese!" }
