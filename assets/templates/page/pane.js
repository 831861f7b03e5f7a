// One graph on the page: its picture, what of it is seen, and what a reader does with its boxes.

const SYMBOL = "g[data-thing], g[data-open]", MANY = 1000;

class Pane {
  // `page` knows the moment, what is chosen and what was found, and is told of what happens here.
  constructor(page, name, section) {
    Object.assign(this, {page, name, section, svg: section.querySelector("svg"), box: null, size: {w: 1, h: 1}});
    this.states = page.data.books.map(closed_book);
    this.pointers = new Map();
    this.dragged = false;
    this.listen();
  }

  get number() { return this.page.moment.books[this.name]; }
  get book() { return this.page.data.books[this.number]; }
  get open() { return this.states[this.number]; }
  get room() { return {w: this.svg.clientWidth, h: this.svg.clientHeight}; }
  get symbols() { return [...this.svg.querySelectorAll(SYMBOL)]; }

  paint() {
    const {data, place} = this.page, focused = this.svg.contains(document.activeElement);
    const kept = focused ? thing_of(document.activeElement.closest(SYMBOL)) : undefined;
    this.open.following = this.page.following;
    const made = composed(data, this.book, 0, place, this.open);
    this.size = {w: made.w + 2 * MARGIN, h: made.h + 2 * MARGIN};
    const titles = `<title></title>${data.patterns}`;
    this.svg.innerHTML = `${titles}<g transform="translate(${MARGIN} ${MARGIN})">${made.svg}</g>`;
    this.svg.querySelector("title").textContent = this.page.moment.title;
    this.svg.setAttribute("aria-label", `${this.section.getAttribute("aria-label")}: ${this.page.moment.title}`);
    this.known = new Map(this.symbols.map(symbol => [thing_of(symbol), symbol]));
    for (const symbol of this.symbols) this.dress(symbol);
    this.mark();
    const next = this.known.get(kept) ?? this.current ?? this.symbols[0];
    this.stop(next);
    if (focused) next?.focus({preventScroll: true});
  }

  // What a screen reader says of a box.
  dress(symbol) {
    const foldable = this.can_fold(symbol);
    symbol.setAttribute("tabindex", "-1");
    symbol.setAttribute("role", foldable ? "button" : "graphics-symbol");
    symbol.setAttribute("aria-label", this.lines(symbol).join(", "));
    if (!foldable) return;
    const open = "open" in symbol.dataset, sign = symbol.querySelector(".sign") ?? symbol.appendChild(element("g", {class: "sign"}));
    symbol.setAttribute("aria-expanded", String(open));
    sign.append(element("rect", {class: "touch", x: open ? -16 : 4, y: -14, width: 28, height: 28}));
  }

  // The one box of the picture to which Tab comes; from there arrows lead on.
  stop(symbol) {
    this.svg.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    symbol?.setAttribute("tabindex", "0");
  }

  // Outlines around what is chosen and what was found; the rest is pale while something is looked for.
  mark() {
    this.svg.querySelectorAll(".mark").forEach(mark => mark.remove());
    for (const symbol of this.svg.querySelectorAll(".found, .chosen")) symbol.classList.remove("found", "chosen");
    const found = this.page.found(this), marks = found ? seen(this.book, found, this.open) : new Map();
    const way = this.page.following ? way_of(this.book) : null;
    for (const symbol of this.symbols) symbol.classList.toggle("way", way?.things.has(thing_of(symbol)) ?? false);
    this.svg.classList.toggle("following", way !== null);
    this.svg.classList.toggle("seeking", found !== null && found.size > 0);
    for (const [thing, numbers] of marks) this.outline(this.known.get(thing), "found", numbered(numbers));
    for (const thing of this.page.chosen(this)) this.outline(this.known.get(thing), "chosen");
  }

  outline(symbol, kind, text = "") {
    if (!symbol) return;
    const ground = symbol.querySelector("rect"), far = symbol === this.current ? 12 : 7;
    const w = Number(ground.getAttribute("width")) + 2 * far, h = Number(ground.getAttribute("height")) + 2 * far;
    symbol.classList.add(kind);
    const mark = element("g", {class: `mark ${kind}`}, element("rect", {x: -far, y: -far, width: w, height: h, rx: 12}));
    if (text) {
      const room = 14 + 8 * text.length, x = w - far - room - (symbol === this.current ? 44 : 6);
      mark.append(element("rect", {class: "chip", x, y: -far - 10, width: room, height: 20, rx: 10}));
      const word = element("text", {x: x + room / 2, y: 4.5 - far});
      word.textContent = text;
      mark.append(word);
    }
    symbol.append(mark);
  }

  can_fold(symbol) { return "open" in symbol.dataset || opens(this.book, thing_of(symbol)); }

  lines(symbol) {
    const known = this.book.things[thing_of(symbol)], {data, place} = this.page;
    if (known.q && "thing" in symbol.dataset) {
      return [...known.q, ...at(known.t ?? [], place) ?? []].map(note => data.notes[note]);
    }
    const texts = [...symbol.querySelectorAll(":scope > text")].map(said);
    return "open" in symbol.dataset ? [...texts, known.n] : texts;
  }

  // Open or close a box; it stays where it is on the screen.
  fold(symbol) {
    const thing = thing_of(symbol), before = symbol.getBoundingClientRect();
    toggle(this.book, thing, this.open);
    this.page.tip.hide();
    this.paint();
    const after = this.known.get(thing), now = after.getBoundingClientRect();
    this.look_at(moved(this.box, this.room, before.left - now.left, before.top - now.top));
    this.stop(after);
    after.focus({preventScroll: true});
    this.page.say(after.getAttribute("aria-label"));
  }

  fold_all(wide) {
    fold_all(this.book, this.open, wide, MANY);
    this.paint();
    this.begin();
  }

  // Bring a thing into view, out of all boxes that hide it.
  show(thing) {
    const hidden = shown(this.book, thing, this.open) !== thing;
    if (hidden) {
      reveal(this.book, thing, this.open);
      this.paint();
    }
    this.bring(this.known.get(thing));
  }

  get current() { return this.svg.querySelector('g[data-thing]:has(> rect[stroke-width="4"])'); }

  look_at(box) {
    this.box = box;
    this.svg.setAttribute("viewBox", [box.x, box.y, box.w, box.h].join(" "));
  }

  fit() { this.look_at(fitting(this.size)); }

  begin() {
    this.fit();
    const area = this.current && this.area(this.current);
    const focus = area && pointed(this.box, this.room, (area.left + area.right) / 2, (area.top + area.bottom) / 2);
    this.look_at(beginning(this.size, this.room, focus));
  }

  zoom(factor, x = this.room.w / 2, y = this.room.h / 2) {
    this.look_at(zoomed(this.box, this.size, this.room, factor, pointed(this.box, this.room, x, y)));
  }

  // Where a box is in the room.
  area(symbol) {
    const {left, top, right, bottom} = symbol.getBoundingClientRect(), room = this.svg.getBoundingClientRect();
    return {left: left - room.left, top: top - room.top, right: right - room.left, bottom: bottom - room.top};
  }

  bring(symbol) { if (symbol) this.look_at(brought(this.box, this.room, this.area(symbol))); }

  // To the box beside the one that has the focus. Gives whether there is one.
  step(symbol, way) {
    const areas = new Map(this.symbols.map(each => [each, this.area(each)]));
    const next = beside(areas, symbol, way);
    next?.focus();
    return next !== undefined;
  }

  // The frame around a box is closed.
  leave(symbol) {
    const thing = thing_of(symbol), boxes = around(this.book)[thing];
    const box = "open" in symbol.dataset ? thing : boxes[boxes.length - 1];
    if (box === undefined) return false;
    this.fold(this.known.get(box));
    return true;
  }

  listen() {
    const {svg, page} = this;
    svg.addEventListener("pointerdown", event => { this.pointers.set(event.pointerId, event); this.dragged = false; });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, event => this.pointers.delete(event.pointerId));
    addEventListener("pointermove", event => { if (this.pointers.has(event.pointerId)) this.drag(event); });
    svg.addEventListener("click", event => { if (!this.dragged) this.click(event); });
    svg.addEventListener("wheel", event => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, ...this.within(event));
    }, {passive: false});
    svg.addEventListener("pointermove", event => {
      const symbol = event.target.closest(SYMBOL);
      if (symbol && !this.pointers.size) page.tell(this, symbol, event.clientX, event.clientY);
      else page.tip.hide();
    });
    svg.addEventListener("pointerleave", () => page.tip.hide());
    svg.addEventListener("focusin", event => this.focused(event.target.closest(SYMBOL)));
    svg.addEventListener("focusout", () => page.tip.hide());
  }

  within(event) {
    const room = this.svg.getBoundingClientRect();
    return [event.clientX - room.left, event.clientY - room.top];
  }

  // One pointer moves the picture, two pinch it.
  drag(event) {
    const before = this.pointers.get(event.pointerId);
    const other = [...this.pointers.values()].find(each => each.pointerId !== event.pointerId);
    const far = (one, two) => Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
    if (other) {
      this.zoom(far(before, other) / Math.max(far(event, other), 1), ...this.within(other));
    } else {
      if (!this.dragged && far(event, before) < 4) return;
      this.look_at(moved(this.box, this.room, event.clientX - before.clientX, event.clientY - before.clientY));
    }
    this.dragged = true;
    this.pointers.set(event.pointerId, event);
    event.preventDefault();
  }

  // A click chooses a box; on its sign, or once it is chosen, it opens and closes it.
  click(event) {
    const symbol = event.target.closest(SYMBOL);
    if (!symbol) return this.page.choose(null);
    const thing = thing_of(symbol), again = this.page.is_chosen(this, thing);
    const sign = event.target.closest(".sign");
    if (this.can_fold(symbol) && (again || sign)) return this.fold(symbol);
    this.page.choose(this, thing);
    this.stop(symbol);
    symbol.focus({preventScroll: true});
    if (event.pointerType !== "mouse") this.page.tell(this, symbol, event.clientX, event.clientY);
  }

  focused(symbol) {
    if (!symbol) return;
    this.stop(symbol);
    if (!symbol.matches(":focus-visible")) return;
    this.bring(symbol);
    const {left, bottom} = symbol.getBoundingClientRect();
    this.page.tell(this, symbol, left, bottom - 10);
  }
}

function thing_of(symbol) { return Number(symbol.dataset.thing ?? symbol.dataset.open); }

// What is written, without what is told on hover.
function said(text) {
  return [...text.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data).join("");
}

function element(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
