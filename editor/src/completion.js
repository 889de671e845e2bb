// What is proposed while a query is written: the release's terms by name and by label in either language, prefixes,
// the query's own variables, and SPARQL's words.

import { pickedCompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";

import { KEYWORDS } from "./keywords.js";
import { declared, prefixChange } from "./prefixes.js";

const MOST = 60;
const LABEL = 32; // characters of a label in the list
// A name as it is being written, in any script: `ilod:Cl`, `企业`, `enterpr`.
const WORD = /[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.:/-]*$|:[\p{L}\p{N}_-]*$/u;
const VARIABLE = /[?$][\p{L}\p{N}_]*$/u;

/** A completion source over the terms at `url`, whose labels and definitions are shown in `language`. */
export function completions(url, language) {
  let vocabulary;

  async function load() {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return prepared(await answer.json(), language);
  }

  return async (context) => {
    if (inText(context)) return null;
    const variable = context.matchBefore(VARIABLE);
    if (variable) return { from: variable.from, options: variables(context, variable) };
    const word = context.matchBefore(WORD);
    if (!word && !context.explicit) return null;
    vocabulary ??= load().catch(() => ((vocabulary = undefined), { terms: [], prefixes: new Map() }));
    const { terms, prefixes } = await vocabulary;
    if (context.aborted) return null;
    const from = word ? word.from : context.pos;
    const before = context.state.doc.sliceString(Math.max(0, from - 2000), from);
    const wanted = expected(before);
    const written = word ? word.text : "";
    const known = declared(context.state.doc.toString());
    // What is written in full needs no proposal: Enter is to begin a new line then.
    const done = ({ label, type }) =>
      type === "keyword"
        ? label.toLowerCase() === written.toLowerCase()
        : label === written && known.has(label.split(":")[0]);
    const options = found(written, terms, prefixes, wanted).filter((option) => !done(option));
    return options.length ? { from, options, filter: false } : null;
  };
}

/** Whether the place is in a string, an IRI or a comment; also in one that is only begun, and in no syntax tree yet. */
function inText({ state, pos }) {
  if (["String", "IriRef", "Langtag"].includes(syntaxTree(state).resolveInner(pos, -1).name)) return true;
  const line = state.sliceDoc(state.doc.lineAt(pos).from, pos);
  const begun = line.replace(/<[^<>"{}|^`\\\s]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  return /["'#]|<[^<>\s]*$/.test(begun);
}

function variables(context, at) {
  const text = context.state.doc.toString();
  const names = new Set();
  for (const match of text.matchAll(/[?$]([\p{L}\p{N}_]+)/gu)) if (match.index !== at.from) names.add(match[1]);
  names.delete(at.text.slice(1)); // written in full
  return [...names].map((name) => ({ label: at.text[0] + name, type: "variable" }));
}

/** What may stand after `before`: a class after `a`, a property after a subject, else a thing. Only for the order. */
export function expected(before) {
  const statement = before.split(/[{}.](?=\s|$)/u).at(-1);
  const part = statement.split(/;(?=\s|$)/u);
  const words = part.at(-1).split(/[\s,]+/u).filter(Boolean);
  const place = words.length + (part.length > 1 ? 1 : 0);
  if (place === 1) return "property";
  if (place === 2) return ["a", "rdf:type"].includes(words.at(-1)) ? "class" : "thing";
  return "";
}

/** The texts of a term, by language: that in `language` first. */
function inOrder(texts = {}, language) {
  const { [language]: own, ...others } = texts;
  return own === undefined ? Object.values(others) : [own, ...Object.values(others)];
}

/** The terms with what they are found by, in lower case. */
function prepared({ prefixes, terms }, language) {
  const known = new Map(Object.entries(prefixes));
  const made = terms.map((term) => {
    const local = term.name ? term.name.slice(term.name.indexOf(":") + 1) : term.iri.split(/[/#]/).at(-1);
    const labels = inOrder(term.labels, language);
    return {
      ...term,
      label: term.name ?? `<${term.iri}>`,
      shown: labels.map((text) => (text.length > LABEL ? `${text.slice(0, LABEL)}…` : text)).join(" · "),
      info: inOrder(term.notes, language)[0] ?? "",
      keys: [local, term.name ?? term.iri, ...labels].map((key) => key.toLowerCase()),
    };
  });
  return { terms: made, prefixes: known };
}

/** How well one of `keys` matches what was written: 0 for its beginning, 1 for a word's, 2 for inside; else -1. */
function rank(keys, written) {
  let best = -1;
  for (const key of keys) {
    const at = key.indexOf(written);
    if (at < 0) continue;
    const here = at === 0 ? 0 : /[\s:_/-]/.test(key[at - 1]) || written.codePointAt(0) > 0x2e7f ? 1 : 2;
    if (best < 0 || here < best) best = here;
    if (best === 0) break;
  }
  return best;
}

function found(word, terms, prefixes, wanted) {
  const written = word.toLowerCase();
  const scored = [];
  for (const [index, term] of terms.entries()) {
    const how = written ? rank(term.keys, written) : 0;
    if (how < 0 || (how === 2 && written.length < 3)) continue;
    scored.push([how, term.kind === wanted ? 0 : 1, index, option(term, prefixes)]);
  }
  scored.sort((one, two) => one[1] - two[1] || one[0] - two[0] || one[2] - two[2]);
  const named = scored.slice(0, MOST).map((item) => item[3]);
  const spelt = [];
  if (!word.includes(":")) {
    for (const [name, iri] of prefixes) {
      if (written && name.startsWith(written)) spelt.push(prefixOption(name, iri));
    }
  }
  const keywords = written.length > 1 ? KEYWORDS.filter((name) => name.toLowerCase().startsWith(written)) : [];
  return [...keywords.map((name) => ({ label: name, type: "keyword" })), ...spelt, ...named].slice(0, MOST);
}

function option(term, prefixes) {
  const prefix = term.name ? term.name.slice(0, term.name.indexOf(":")) : null;
  return {
    label: term.label,
    detail: term.shown,
    type: term.kind,
    info: term.info ? () => note(term.info) : undefined,
    apply: prefix === null ? term.label : insertion(term.label, prefix, prefixes.get(prefix)),
  };
}

function prefixOption(name, iri) {
  return { label: `${name}:`, detail: iri, type: "namespace", apply: insertion(`${name}:`, name, iri) };
}

/** Inserts a name, and the declaration of its prefix where that is missing, as one change. */
function insertion(text, prefix, iri) {
  return (view, completion, from, to) => {
    const doc = view.state.doc.toString();
    const declaration = prefixChange(doc, prefix, iri);
    // The query may use the prefix for something else: then the name is written out.
    const foreign = declared(doc).get(prefix);
    const insert = foreign !== undefined && foreign !== iri ? `<${iri}${text.slice(prefix.length + 1)}>` : text;
    const moved = declaration && declaration.from <= from ? declaration.insert.length : 0;
    view.dispatch({
      changes: [{ from, to, insert }, ...(declaration ? [declaration] : [])],
      selection: { anchor: from + moved + insert.length },
      annotations: pickedCompletion.of(completion),
      userEvent: "input.complete",
    });
  };
}

function note(text) {
  const element = document.createElement("div");
  element.textContent = text;
  return element;
}
