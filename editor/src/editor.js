// Turns the page's text area into an editor. The form stays what it is: the editor writes into the text area, and what
// is sent, and how, is the form's business. Nothing here is needed for a query.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { SparqlLanguage } from "codemirror-lang-sparql";

import { completions } from "./completion.js";
import { prefixChange } from "./prefixes.js";
import { colours, theme } from "./theme.js";

const LONGEST_ADDRESS = 16_000; // characters; a longer query is sent by POST

function mount(form) {
  const area = form.querySelector("textarea");
  const label = area.labels[0];
  const words = form.dataset;
  // In a shadow root the editor's styles are adopted style sheets, which a strict style-src allows.
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });

  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (form.requestSubmit(), true) }])),
        lineNumbers(),
        lintGutter(),
        highlightSpecialChars({ render: (code, _, sign) => specialCharacter(words.character, code, sign) }),
        history(),
        drawSelection(),
        writeOver,
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        EditorView.lineWrapping,
        SparqlLanguage,
        syntaxHighlighting(colours),
        theme,
        autocompletion({
          override: [completions(words.terms, document.documentElement.lang)],
          icons: false,
          maxRenderedOptions: 60,
        }),
        // Tab is left to the browser: it leads on to what comes after the editor.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({
          "aria-label": label.textContent,
          "aria-description": words.hint,
          tabindex: "0", // as it is without: checkers of what keys can scroll do not know that what is edited has focus
          lang: "zxx",
          spellcheck: "false",
          autocapitalize: "off",
        }),
        EditorState.phrases.of({ Completions: words.proposals, "Selection deleted": words.deleted }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }),
  });

  area.before(host);
  area.hidden = true;
  label.addEventListener("click", () => view.focus());
  // The browser may have put another query into the text area: on the way back, or after a reload.
  addEventListener("pageshow", () => replace(view, area.value));

  const hint = form.querySelector(".hint");
  if (hint) hint.hidden = false;
  const [action, place] = form.getAttribute("action").split("#");
  form.addEventListener("submit", () => {
    const long = encodeURIComponent(area.value).length > LONGEST_ADDRESS;
    const language = form.elements.lang?.value; // is read in the address
    form.method = long ? "post" : "get";
    form.action = `${action}${long && language ? `?lang=${language}` : ""}#${place}`;
  });
  markError(view, words);
  prefixButtons(view);
  exampleMenu(view);
}

// Writing over a selection is not left to the browser, which would style what it puts in: style-src refuses that.
const writeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handler) => handler(view, from, to, event.data, insert))) view.dispatch(insert());
    return true;
  },
});

/** A character that could not be seen, called by its number: the editor has names for some, in English. */
function specialCharacter(word, code, sign) {
  const shown = document.createElement("span");
  shown.className = "cm-specialChar";
  shown.textContent = sign;
  shown.title = `${word} U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  shown.setAttribute("role", "img");
  shown.setAttribute("aria-label", shown.title);
  return shown;
}

function replace(view, text) {
  if (view.state.doc.toString() === text) return;
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    annotations: isolateHistory.of("full"),
  });
}

/** Marks the place that the server's parser stopped at: line and column, both from 1, a column being a code point. */
function markError(view, { line, column, error }) {
  const { doc } = view.state;
  if (!line || line > doc.lines) return;
  const found = doc.line(Number(line));
  const before = [...found.text].slice(0, column - 1).join("").length;
  const from = Math.min(found.from + before, found.to);
  view.dispatch(
    setDiagnostics(view.state, [{ from, to: Math.max(from, found.to), severity: "error", message: error }]),
  );
}

/** Each prefix that the page lists becomes a button that declares it in the query. */
function prefixButtons(view) {
  for (const item of document.querySelectorAll("[data-prefix]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    item.append(button);
    button.addEventListener("click", () => {
      const changes = prefixChange(view.state.doc.toString(), item.dataset.prefix, item.dataset.iri);
      if (changes) view.dispatch({ changes });
      view.focus();
    });
  }
}

/** The menu of examples puts the query into the editor, where it can be undone, instead of loading the page anew. */
function exampleMenu(view) {
  const menu = document.querySelector("form.examples");
  if (!menu) return;
  let queries;
  menu.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      queries ??= new Map(
        (await (await fetch(menu.dataset.queries, { headers: { Accept: "application/json" } })).json()).map(
          (item) => [item.slug, item.query],
        ),
      );
      const query = queries.get(menu.elements.example.value);
      if (query === undefined) throw new Error("not among them");
      replace(view, query.trimEnd() + "\n");
      view.focus();
    } catch {
      menu.submit(); // as without this script
    }
  });
}

for (const form of document.querySelectorAll("form.query")) mount(form);
