// A picture as PNG, drawn by the browser, where the server makes none. The button is made here.
const place = document.querySelector("[data-png]");
if (place) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "PNG";
  button.addEventListener("click", async () => {
    const image = new Image();
    image.src = place.dataset.png;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = `${place.dataset.name}.png`;
    link.click();
  });
  place.append(" ", button);
}
