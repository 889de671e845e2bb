"""The namespaces, closed: a term that is not listed raises, so that a typo never becomes data."""

from __future__ import annotations

from pyoxigraph import NamedNode


class Namespace:
    """The terms ``names`` of the namespace ``iri``; ``ns.term`` or ``ns["term"]``, KeyError/AttributeError else."""

    def __init__(self, iri: str, names: str) -> None:
        self.iri = iri
        self._terms = {name: NamedNode(iri + name) for name in names.split()}
        # Terms are asked for millions of times: an attribute that is there is found without a call.
        self.__dict__.update({name: term for name, term in self._terms.items() if name not in self.__dict__})

    def __getattr__(self, name: str) -> NamedNode:
        try:
            return self._terms[name]
        except KeyError:
            raise AttributeError(f"{self.iri} has no term {name!r} here") from None

    def __getitem__(self, name: str) -> NamedNode:
        return self._terms[name]

    def __contains__(self, name: object) -> bool:
        return name in self._terms


ONTOLOGY_PATH = "ontology#"
AUTHORING_PATH = "authoring#"

# Own terms are listed by local name and joined to the base at run time: see ``iris.Iris.term``.
TERMS = frozenset(
    """
    GovernanceDocument Initiative Text AuthenticText OfficialTranslation Part Preamble Recital Chapter Section Article
    Paragraph Item Pillar Action Clause Conclusion Annex Note Signature Condition TextSpan Attestation
    Evidence Citation ExternalFact Referent Institution Event CitedDocument Programme Negotiation NormSet Person
    Place StakeholderGroup Topic Modality CitationRole Principle Community number pillarCount actionCount span
    headingSpan leadSpan text translation modality addressee beneficiary topic condition mentions cites invokes
    embodies onSubject onProperty onValue onLiteral role implied reason seenIn cue sha256 length rightsNotice
    rightsDoubt UnofficialTranslation officialName establishedBy establishedOn activeFrom activeUntil inSystemOf
    namesakeOf organizerName venueName memberName signedAs relatedInstrument noMatchReason noTopicReason targetsUnseen
    IdentityCluster canonicalMember printedNumber position leftOut uncovered labelPattern
    InstitutionalStatement RegulativeStatement ConstitutiveStatement FactualStatement Component Coding statement
    rivalStatement statedIn inCoding codes coder uncodedReason statementNumber doubt component speechAct speaker
    attribute deontic aim directObject indirectObject activationCondition executionConstraint orElse
    constitutedEntity modal constitutiveFunction constitutingProperties qualifier qualifies concept context
    nestedStatement order operator Aim StatementObject ContextKind Sentence sentence inSentence carriedOverFrom
    Source seenOn closeTo relatedTo translationSpan
    """.split()
)
#: Kinds of parts of a document, in reading order; conditions stand within clauses. This list and the next ones follow
#: from the ontology, and a test holds them to it.
PARTS = (
    "Preamble",
    "Recital",
    "Chapter",
    "Section",
    "Article",
    "Paragraph",
    "Item",
    "Pillar",
    "Action",
    "Clause",
    "Conclusion",
    "Annex",
    "Note",
    "Signature",
)
#: Kinds of documents.
DOCUMENTS = ("GovernanceDocument", "Initiative")
#: Kinds of things outside of a document that it may refer to.
REFERENTS = ("Institution", "Event", "CitedDocument", "Programme", "Negotiation", "NormSet", "Person", "Place")
#: Kinds of concepts.
CONCEPTS = (
    *("Modality", "StakeholderGroup", "Topic", "Principle", "Community", "CitationRole"),
    *("Aim", "StatementObject", "ContextKind"),
)
#: Kinds of nodes that say where a statement comes from.
ATTESTATIONS = ("Attestation", "Evidence", "Citation", "ExternalFact")
#: Properties whose statements about a part interpret its words, and have evidence each; in the order of showing them.
INTERPRETING = tuple("modality addressee beneficiary topic condition cites invokes embodies mentions".split())
#: Of these, the ones that say what a part speaks of.
SPEAKING_OF = tuple(name for name in INTERPRETING if name not in ("modality", "condition"))
NOTATION = frozenset(
    """
    is quote prefix suffix in implied seenIn role heading lead number leftOut reason file firstLine lastLine
    """.split()
)

RDF = Namespace(
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "type first rest nil Property Statement subject predicate object langString dirLangString XMLLiteral",
)
RDFS = Namespace(
    "http://www.w3.org/2000/01/rdf-schema#",
    "label comment isDefinedBy subClassOf subPropertyOf domain range seeAlso Class Resource",
)
OWL = Namespace(
    "http://www.w3.org/2002/07/owl#",
    "Ontology imports Class ObjectProperty DatatypeProperty AnnotationProperty versionIRI versionInfo sameAs "
    "differentFrom deprecated unionOf disjointWith inverseOf Thing Restriction onProperty Axiom "
    "NamedIndividual AllDisjointClasses members",
)
XSD = Namespace(
    "http://www.w3.org/2001/XMLSchema#",
    "integer boolean date dateTime string decimal double anyURI hexBinary gYear gYearMonth nonNegativeInteger "
    "positiveInteger yearMonthDuration",
)
SKOS = Namespace(
    "http://www.w3.org/2004/02/skos/core#",
    "Concept ConceptScheme prefLabel altLabel definition scopeNote notation inScheme topConceptOf "
    "hasTopConcept broader narrower related hiddenLabel Collection OrderedCollection "
    "exactMatch closeMatch broadMatch narrowMatch relatedMatch",
)
DCTERMS = Namespace(
    "http://purl.org/dc/terms/",
    "title alternative description isPartOf hasPart license publisher creator issued modified created language source "
    "type format identifier references subject rights provenance conformsTo LicenseDocument isVersionOf hasVersion "
    "extent replaces MediaType MediaTypeOrExtent Standard",
)
DCAT = Namespace(
    "http://www.w3.org/ns/dcat#",
    "Catalog Dataset Distribution DataService distribution downloadURL accessURL mediaType compressFormat byteSize "
    "endpointURL endpointDescription servesDataset dataset service version landingPage keyword contactPoint",
)
VOID = Namespace(
    "http://rdfs.org/ns/void#",
    "Dataset Linkset DatasetDescription triples entities distinctSubjects distinctObjects classes properties class "
    "property classPartition propertyPartition sparqlEndpoint dataDump uriSpace exampleResource vocabulary subset "
    "linkPredicate subjectsTarget objectsTarget target inDataset feature",
)
PROV = Namespace(
    "http://www.w3.org/ns/prov#",
    "Entity Activity Agent Collection hadMember wasDerivedFrom wasQuotedFrom hadPrimarySource wasAttributedTo "
    "wasGeneratedBy generatedAtTime",
)
OA = Namespace(
    "http://www.w3.org/ns/oa#",
    "SpecificResource TextQuoteSelector TextPositionSelector hasSource hasSelector exact prefix suffix start end",
)
ELI = Namespace(
    "http://data.europa.eu/eli/ontology#",
    "Work Expression WorkSubdivision realizes is_realized_by title title_alternative title_short",
)
FOAF = Namespace("http://xmlns.com/foaf/0.1/", "Agent name homepage primaryTopic isPrimaryTopicOf topic Document page")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#", "Kind hasEmail fn")
SH = Namespace(
    "http://www.w3.org/ns/shacl#",
    "ValidationReport ValidationResult conforms result focusNode resultPath value sourceShape resultSeverity "
    "resultMessage sourceConstraintComponent sourceConstraint Violation Warning Info NodeShape PropertyShape "
    "name message detail path property node not and or xone qualifiedValueShape qualifiedMinCount qualifiedMaxCount "
    "qualifiedValueShapesDisjoint closed ignoredProperties class datatype nodeKind minCount maxCount minExclusive "
    "minInclusive maxExclusive maxInclusive minLength maxLength pattern flags languageIn uniqueLang equals disjoint "
    "lessThan lessThanOrEquals hasValue in sparql select ask prefixes declare prefix namespace deactivated severity "
    "targetClass targetNode targetSubjectsOf targetObjectsOf target rule expression js parameter optional "
    "ConstraintComponent SPARQLConstraint inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath "
    "IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral description order group defaultValue",
)
SD = Namespace(
    "http://www.w3.org/ns/sparql-service-description#",
    "Service endpoint supportedLanguage SPARQL11Query SPARQL12Query resultFormat inputFormat feature UnionDefaultGraph "
    "BasicFederatedQuery DereferencesURIs defaultDataset availableGraphs Dataset Graph NamedGraph defaultGraph "
    "namedGraph name graph EmptyGraphs RequiresDataset GraphCollection",
)
SPDX = Namespace(
    "http://spdx.org/rdf/terms#",
    "checksum Checksum algorithm checksumValue ChecksumAlgorithm checksumAlgorithm_sha256",
)
SCHEMA = Namespace(
    "http://schema.org/",
    "startDate endDate superEvent subEvent url sameAs location organizer translationOfWork translator inLanguage name "
    "alternateName",
)
SCHEMA_HTTPS = Namespace("https://schema.org/", "name alternateName")  # as many write it, against schema.org's advice
SSSOM = Namespace("https://w3id.org/sssom/", "Mapping MappingSet NoTermFound NoMapping")  # slots: sources.sssom_slots

#: Prefixes of every Turtle, TriG and page that we write; own ones are added by ``iris.Iris.prefixes``.
PREFIXES = {
    "dcat": DCAT.iri,
    "dcterms": DCTERMS.iri,
    "eli": ELI.iri,
    "foaf": FOAF.iri,
    "oa": OA.iri,
    "owl": OWL.iri,
    "prov": PROV.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "schema": SCHEMA.iri,
    "sd": SD.iri,
    "sh": SH.iri,
    "skos": SKOS.iri,
    "spdx": SPDX.iri,
    "sssom": SSSOM.iri,
    "void": VOID.iri,
    "xsd": XSD.iri,
}
