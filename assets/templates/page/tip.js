// What is told of a box beside the pointer.

class Tip {
  constructor(element) { this.element = element; }

  show(lines, x, y) {
    const rows = lines.map(line => Object.assign(document.createElement("div"), {textContent: line}));
    this.element.replaceChildren(...rows);
    this.element.hidden = false;
    const {offsetWidth: w, offsetHeight: h} = this.element;
    this.element.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - w - 8))}px`;
    this.element.style.top = `${Math.max(4, y + 18 + h > innerHeight ? y - h - 12 : y + 18)}px`;
  }

  hide() { this.element.hidden = true; }
}
