// Search in a copy of the site as files: the index is one file, and words are folded as the server's search folds them
// (search/tokens.py, languages.py): a character of a script without spaces is a token, traditional as simplified;
// of an English word case, accents, plural and British spelling do not count.
const box = document.getElementById("browser-search");
const SHOWN = 20;
const SINGLE = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Myanmar}\\p{Script=Khmer}々〇";
const TOKEN = new RegExp(
  `(?<single>[${SINGLE}])|(?<word>(?![${SINGLE}])[\\p{L}\\p{N}](?:['’ʼ]?(?![${SINGLE}])[\\p{L}\\p{N}\\p{M}])*)|(?<number>(?<=\\d)[.,](?=\\d))|(?<pause>[。！？；：，、,;:!?.…\\n\\r])`,
  "gu",
);
const IRREGULAR = { children: "child", men: "man", women: "woman", people: "person", criteria: "criterion" };
const SINGULAR = new Set(["news", "means", "goods", "series", "species", "always", "perhaps", "towards"]);
const SPELLING = [
  [/is(e|ed|er|ing|ation|ational)$/, "iz$1"],
  [/(?<=[a-z]{3}i)our$|(?<=[a-z][bcdglmnpv])our$|(?<=ighb)our(?=hood$)/, "or"],
  [/ogramme$/, "ogram"],
  [/(?<=[a-z])tre$/, "ter"],
  [/(?<=[a-z]{2})ence$/, "ense"],
];
const simplified = new Map();
let syllables = {}; // by Chinese character its syllable, and another one

function singular(word) {
  if (SINGULAR.has(word) || !word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  return word.slice(0, /(?:sses|xes|ches|shes|zes)$/.test(word) ? -2 : -1);
}

function stem(word) {
  if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word];
  if (!/^[a-z]{4,}$/i.test(word)) return word;
  const one = singular(word);
  for (const [pattern, replacement] of SPELLING) {
    const changed = one.replace(pattern, replacement);
    if (changed !== one) return changed;
  }
  return one;
}

function folded(word) {
  const plain = word.replace(/['’ʼ]s$/i, "").normalize("NFKD").replace(/\p{M}/gu, "");
  return stem(plain.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""));
}

// Tokens of a text, each with its place in it.
function tokens(text) {
  const found = [];
  for (const match of text.matchAll(TOKEN)) {
    const { single, word, pause } = match.groups;
    const token = single ? (simplified.get(single) ?? single) : word ? folded(word) : pause ? "|" : "";
    if (token) found.push({ token, start: match.index, end: match.index + match[0].length });
  }
  return found;
}

const joined = (items) => ` ${items.map((item) => item.token).join(" ")} `;

// What is looked for: words in quotes together, others one by one; Chinese characters that stand together stay so.
function phrases(query) {
  const parts = [...query.matchAll(/["“”]([^"“”]*)["“”]|(\S+)/g)].map((match) => match[1] ?? match[2]);
  return parts.map((part) => joined(tokens(part).filter((item) => item.token !== "|"))).filter((part) => part.trim());
}

// How well a thing fits, the smaller the better: a name that is what was asked for, one that begins so, one with it in
// it, then the text. Undefined where a phrase is nowhere in it.
function rank(thing, wanted) {
  let worst = 0;
  for (const phrase of wanted) {
    let best = Infinity;
    for (const value of thing.values) {
      value.folded ??= joined(tokens(value.words));
      if (!value.folded.includes(phrase)) continue;
      const exact = value.folded === phrase ? 0 : value.folded.startsWith(phrase) ? 1 : 2;
      best = Math.min(best, value.field === 0 ? exact : 2 + value.field);
    }
    if (best === Infinity) return undefined;
    worst = Math.max(worst, best);
  }
  return worst;
}

// The places of the phrases in a text, as (start, end).
function marks(text, wanted) {
  const all = tokens(text);
  const found = [];
  for (const phrase of wanted) {
    const parts = phrase.trim().split(" ");
    for (let at = 0; at + parts.length <= all.length; at += 1)
      if (parts.every((part, offset) => all[at + offset].token === part))
        found.push([all[at].start, all[at + parts.length - 1].end]);
  }
  return found.sort((one, other) => one[0] - other[0]);
}

function marked(text, wanted, parent, longest = 240) {
  const places = marks(text, wanted);
  const from = Math.max(0, (places[0]?.[0] ?? 0) - longest / 4);
  let at = from;
  if (from > 0) parent.append("…");
  for (const [start, end] of places) {
    if (start < at || end > from + longest) continue;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, end);
    parent.append(text.slice(at, start), mark);
    at = end;
  }
  parent.append(text.slice(at, Math.max(at, from + longest)));
  if (text.length > Math.max(at, from + longest)) parent.append("…");
}

function card(thing, wanted, language, kinds) {
  const item = document.createElement("li");
  const kind = document.createElement("p");
  kind.className = "eyebrow";
  kind.textContent = kinds[thing.kind][language] ?? "";
  const heading = document.createElement("h3");
  const link = document.createElement("a");
  link.href = thing.href;
  marked(thing.names[language], wanted, link);
  heading.append(link);
  item.append(kind, heading);
  const lines = thing.values.filter((value) => value.field > 0 && wanted.some((phrase) => value.folded.includes(phrase)));
  for (const value of lines.slice(0, 2)) {
    const line = document.createElement("p");
    line.className = "line";
    if (value.language !== language && value.language !== "xx") line.lang = value.language;
    marked(value.words, wanted, line);
    item.append(line);
  }
  return item;
}

function show(found, wanted, language, kinds) {
  const list = box.querySelector("ol");
  let shown = 0;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = box.dataset.more;
  const more = () => {
    for (const thing of found.slice(shown, shown + SHOWN)) list.append(card(thing, wanted, language, kinds));
    shown += SHOWN;
    if (shown >= found.length) button.remove();
  };
  button.addEventListener("click", more);
  if (found.length > SHOWN) box.append(button);
  more();
}

// How many letters differ between two words (Levenshtein), no more than `most` being of interest.
function distance(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let row = [...Array(other.length + 1).keys()];
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1)
      next.push(Math.min(row[to] + 1, next[to - 1] + 1, row[to - 1] + (one[at - 1] === other[to - 1] ? 0 : 1)));
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[other.length];
}

// The syllables of a Chinese name, each begun by a capital letter; of characters with several readings the other ones.
function spoken(name, other) {
  const heard = tokens(name).map(({ token }) => syllables[token]?.at(other ? -1 : 0) ?? (token === "|" ? "" : token));
  return heard.map((item) => item.charAt(0).toUpperCase() + item.slice(1)).join("");
}

// Syllables as they are typed, without tones and what stands between: wǎng luò, wang3 luo4 -> wangluo.
function toneless(typed) {
  const letters = typed.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return letters.replace(/(?<=[a-z])[1-5](?!\d)|[^\p{L}\p{N}]/gu, "").replaceAll("v", "u");
}

// How far a Chinese name is from what was typed as its syllables, or their first letters: 0 for the name itself, less
// than 1 where it begins so or a syllable in it does. Undefined where it is not heard in it.
function heardIn(typed, name) {
  if (typed.length < 2 || !/^[a-z0-9]+$/.test(typed) || !/\p{Script=Han}/u.test(name)) return undefined;
  for (const marked of [spoken(name, false), spoken(name, true)]) {
    const sound = marked.toLowerCase();
    if (sound === typed) return 0;
    if (sound.startsWith(typed)) return 0.2;
    for (let at = sound.indexOf(typed, 1); typed.length > 3 && at > 0; at = sound.indexOf(typed, at + 1))
      if (marked[at] !== sound[at]) return 0.6;
  }
  return spoken(name, false).replace(/[a-z]/g, "").toLowerCase().startsWith(typed) ? 0.4 : undefined;
}

// Names that sound so, and those that are spelt nearly so, the nearest first: at most every fifth letter is another one.
function meant(query, things) {
  const asked = joined(tokens(query)).trim();
  const typed = toneless(query);
  const most = Math.floor(asked.length / 5);
  const near = new Map();
  for (const [, , , values] of things)
    for (const [field, language, words] of values) {
      if (field > 1 || near.has(words)) continue;
      const off = heardIn(typed, words) ?? (most ? distance(asked, joined(tokens(words)).trim(), most) : 1);
      if (off < 1 || off <= most) near.set(words, { words, language, off });
    }
  return [...near.values()].sort((one, other) => one.off - other.off || one.words.length - other.words.length).slice(0, 3);
}

function propose(names, asked, language) {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.append(box.dataset.meant);
  names.forEach((name, number) => {
    const link = document.createElement("a");
    link.href = `?${new URLSearchParams({ ...Object.fromEntries(asked), q: name.words })}`;
    link.textContent = name.words;
    if (name.language !== language && name.language !== "xx") link.lang = name.language;
    notice.append(number ? " · " : "", link);
  });
  box.querySelector("ol").before(notice);
}

// An address in the language that the reader chose. (Where a host knows nothing but files, each language has a file.)
function inLanguage(href, chosen) {
  const [page, fragment] = href.split("#");
  const place = chosen ? `${page}${page.includes("?") ? "&" : "?"}lang=${encodeURIComponent(chosen)}` : page;
  return fragment ? `${place}#${fragment}` : place;
}

async function search() {
  const asked = new URLSearchParams(location.search);
  const query = (asked.get("q") ?? "").trim();
  document.getElementById("q").value = query;
  if (!query) return;
  for (const link of document.querySelectorAll(".languages a"))
    link.href += `${link.search ? "&" : "?"}q=${encodeURIComponent(query)}`;
  const told = box.querySelector("[role=status]");
  const answer = await fetch(box.dataset.index).catch(() => undefined);
  if (!answer?.ok) {
    told.textContent = box.dataset.failed;
    return;
  }
  const index = await answer.json();
  const characters = [...index.simplified];
  for (let at = 0; at < characters.length; at += 2) simplified.set(characters[at], characters[at + 1]);
  syllables = index.syllables;
  const language = document.documentElement.lang;
  const chosen = asked.get("hl");
  const wanted = phrases(query);
  const found = [];
  for (const [href, names, kind, values] of wanted.length ? index.things : []) {
    const thing = { names, kind, values: values.map(([field, tag, words]) => ({ field, language: tag, words })) };
    thing.href = href[language] ?? inLanguage(href, chosen);
    thing.rank = rank(thing, wanted);
    if (thing.rank !== undefined) found.push(thing);
  }
  found.sort((one, other) => one.rank - other.rank);
  told.textContent = (found.length ? box.dataset.found : box.dataset.none).replace("{0}", found.length || query);
  const near = found.length ? [] : meant(query, index.things);
  if (near.length) propose(near, asked, language);
  show(found, wanted, language, index.kinds);
}

search();
