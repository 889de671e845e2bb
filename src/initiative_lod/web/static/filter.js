// Leaves of the items of a long page those that hold what is typed, and opens the one that an address leads into.
const line = document.querySelector("[data-filter]");
if (line) {
  const field = line.querySelector("input");
  const told = line.querySelector("[role=status]");
  const items = [...document.querySelectorAll(line.dataset.filter)];
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = items.map((item) => folded(item.textContent));
  const entries = items.map((item) => document.querySelector(`.outline a[href="#${CSS.escape(item.id)}"]`)?.closest("li"));
  const show = () => {
    const words = folded(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    items.forEach((item, place) => {
      const fits = words.every((word) => texts[place].includes(word));
      item.hidden = !fits;
      if (entries[place]) entries[place].hidden = !fits;
      shown += fits;
    });
    for (const section of document.querySelectorAll(".page > section")) section.hidden = words.length > 0 && !section.querySelector(":scope > .term:not([hidden])");
    told.textContent = words.length ? line.dataset.told.replace("{0}", shown).replace("{1}", items.length) : "";
  };
  field.addEventListener("input", show);
  line.hidden = false;
  const open = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    if (place.closest("[hidden]")) { field.value = ""; show(); }
    for (let around = place.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", open);
  if (location.hash) open();
}
