// Proposes names while one types, in every field that says where to ask (data-suggest). Without it the field is a plain
// one. In a field that takes IRIs (data-iri) the name that was chosen is shown, and its IRI is what is sent.
for (const field of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  list.id = `${field.id}-list`;
  list.className = "suggested";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.proposals);
  const holder = document.createElement("span");
  holder.className = "with-list";
  field.replaceWith(holder);
  holder.append(field, list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id }))
    field.setAttribute(name, value);
  let sent = null, active = -1, waiting = 0, last = "";
  if (field.dataset.iri !== undefined) {
    sent = document.createElement("input");
    sent.type = "hidden";
    sent.name = field.name;
    sent.value = field.value;
    field.removeAttribute("name");
    holder.append(sent);
  }
  const shut = () => { list.hidden = true; active = -1; field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant"); };
  const take = (item) => {
    if (sent) { sent.value = item.dataset.iri; field.value = item.dataset.name; shut(); return; }
    location.assign(item.dataset.href);
  };
  const show = (items) => {
    list.replaceChildren(...items.map((item, place) => {
      const line = document.createElement("li");
      line.id = `${list.id}-${place}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      Object.assign(line.dataset, { href: item.href, iri: item.iri, name: item.name });
      const name = document.createElement("span");
      name.textContent = item.name;
      name.lang = item.language || "";
      const kind = document.createElement("span");
      kind.className = "quiet";
      kind.textContent = item.kind;
      line.append(name, " ", kind);
      line.addEventListener("pointerdown", (event) => { event.preventDefault(); take(line); });
      return line;
    }));
    list.hidden = !items.length;
    active = -1;
    field.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    const typed = field.value.trim();
    if (typed === last) return;
    last = typed;
    if (!typed) { shut(); return; }
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address);
      if (answer.ok && field.value.trim() === typed) show(await answer.json());
      // Among files there is nobody to ask: 404, or 501. A server that is busy (429, 503) is asked again.
      if ([404, 501].includes(answer.status)) field.removeEventListener("input", typing);
    } catch { shut(); }
  };
  const typing = () => {
    if (sent) sent.value = field.value;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  };
  field.addEventListener("input", typing);
  field.addEventListener("keydown", (event) => {
    const lines = [...list.children];
    if (event.key === "Escape") { shut(); return; }
    if (list.hidden || !lines.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      active = (active + (event.key === "ArrowDown" ? 1 : -1) + lines.length + (active < 0 && event.key === "ArrowUp" ? 1 : 0)) % lines.length;
      lines.forEach((line, place) => line.setAttribute("aria-selected", String(place === active)));
      field.setAttribute("aria-activedescendant", lines[active].id);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      take(lines[active]);
    }
  });
  field.addEventListener("blur", shut);
}
