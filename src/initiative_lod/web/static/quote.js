// Copies a quote with its citation and its link: the words that are selected, else those that the address leads to,
// else the sentence of the page. The button is made here, so that a reader without scripts sees none.
const box = document.querySelector("[data-copy]");
if (box && navigator.clipboard) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet-button";
  button.textContent = box.dataset.copy;
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const place = document.querySelector(".words:target");
    const sentence = (place || document.querySelector("main .original"))?.cloneNode(true);
    for (const number of sentence?.querySelectorAll(".num") ?? []) number.remove();
    const words = getSelection().toString().trim() || sentence?.textContent.trim() || "";
    const citation = document.querySelector(".cite-box .cite").textContent.trim();
    const link = box.dataset.iri + (place ? location.hash : "");
    await navigator.clipboard.writeText(`“${words}”\n${citation}${citation.endsWith(link) ? "" : `\n${link}`}\n`);
    told.textContent = box.dataset.copied;
  });
  box.append(button, " ", told);
}
