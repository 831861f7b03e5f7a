// What a reader does with the page: look around, step, open and close boxes.

const data = JSON.parse(document.getElementById("data").textContent);
const find = id => document.getElementById(id);
const view = find("view"), tip = find("tip"), svg = view.querySelector("svg"), foot = find("foot");
const MARGIN = 28, LARGEST = 1.2, SYMBOL = "g[data-thing], g[data-open]";
const states = data.books.map(() => ({opened: new Set(), closed: new Set()}));
let look = 0, place = 0, box = null, size = [1, 1];

function book() { return data.books[data.moments[place].book]; }
function state() { return states[data.moments[place].book]; }
function paint() {
  const focused = document.activeElement?.dataset?.thing ?? document.activeElement?.dataset?.open;
  const moment = data.moments[place];
  const made = composed(data, book(), 0, place, state().opened, state().closed);
  size = [made.w + 2 * MARGIN, made.h + 2 * MARGIN];
  svg.innerHTML = `<title></title>${data.patterns}<g transform="translate(${MARGIN} ${MARGIN})">${made.svg}</g>`;
  svg.querySelector("title").textContent = moment.title;
  svg.setAttribute("aria-label", moment.title);
  for (const symbol of svg.querySelectorAll(SYMBOL)) dress(symbol);
  document.documentElement.dataset.theme = data.looks[look];
  if (foot) foot.innerHTML = moment.foot[look] === null ? "" : data.pieces[moment.foot[look]];
  if (focused !== undefined) symbol_of(focused)?.focus({preventScroll: true});
  if (find("place")) {
    find("place").value = place;
    find("place").setAttribute("aria-valuetext", moment.title);
    find("told").value = `${place + 1} / ${data.moments.length}`;
  }
}
function dress(symbol) {
  symbol.setAttribute("tabindex", "0");
  symbol.setAttribute("aria-label", lines(symbol).join(", "));
  if (!can_fold(symbol)) { symbol.setAttribute("role", "graphics-symbol"); return; }
  symbol.setAttribute("role", "button");
  symbol.setAttribute("aria-expanded", String("open" in symbol.dataset));
}
function symbol_of(thing) { return svg.querySelector(`g[data-thing="${thing}"], g[data-open="${thing}"]`); }
function can_fold(symbol) { return "open" in symbol.dataset || book().things[symbol.dataset.thing].i !== null; }
function lines(symbol) {
  const texts = [...symbol.querySelectorAll("text")].map(text => text.textContent);
  if ("open" in symbol.dataset) return [...texts, book().things[symbol.dataset.open].n];
  const told = at(book().things[symbol.dataset.thing].t, place);
  return told ? told.map(note => data.notes[note]) : texts;
}
function fold(symbol) {
  // Open or close a box; it stays where it is on the screen.
  const {opened, closed} = state(), open = "open" in symbol.dataset;
  const thing = Number(open ? symbol.dataset.open : symbol.dataset.thing);
  const known = book().things[thing], before = symbol.getBoundingClientRect();
  const set = known.i === 0 ? closed : opened;
  if (open === (known.i === 0)) set.add(thing); else set.delete(thing);
  tip.hidden = true;
  paint();
  const after = symbol_of(thing), now = after.getBoundingClientRect(), by = scale();
  look_at({...box, x: box.x + (now.left - before.left) * by, y: box.y + (now.top - before.top) * by});
  after.focus({preventScroll: true});
  find("status").textContent = after.getAttribute("aria-label");
}
function fold_all(open) {
  // Close every box, or open them, level by level, as long as a browser can still show them well.
  const {opened, closed} = state(), {things, insets} = book();
  opened.clear(); closed.clear();
  if (open) {
    let count = 0;
    for (const [thing, known] of things.entries()) {
      if (!known.i) continue;
      count += insets[known.i].things.length;
      if (count > 1500) break;
      opened.add(thing);
    }
  } else {
    for (const [thing] of insets[0].folds) if (thing !== null) closed.add(thing);
  }
  paint();
  begin();
}
function show(symbol, x, y) {
  const told = lines(symbol);
  if (can_fold(symbol)) told.push("open" in symbol.dataset ? tip.dataset.close : tip.dataset.open);
  tip.replaceChildren(...told.map(line => Object.assign(document.createElement("div"), {textContent: line})));
  tip.hidden = false;
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = Math.max(4, y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 12 : y + 18) + "px";
}
function look_at(next) { box = next; svg.setAttribute("viewBox", [box.x, box.y, box.w, box.h].join(" ")); }
function fit() { look_at({x: 0, y: 0, w: size[0], h: size[1]}); }
function begin() {
  // All of it; of what could not be read then, the part where things happen.
  fit();
  if (scale() <= LARGEST) return;
  const w = svg.clientWidth * LARGEST, h = svg.clientHeight * LARGEST;
  look_at({x: (size[0] - w) / 2, y: 0, w, h});
  bring(current());
}
function current() { return svg.querySelector('g[data-thing]:has(> rect[stroke-width="4"])'); }
function scale() { return Math.max(box.w / svg.clientWidth, box.h / svg.clientHeight); }
function to_drawing(x, y) {
  const point = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
}
function zoom(factor, x, y) {
  const room = view.getBoundingClientRect();
  const [px, py] = to_drawing(x ?? room.left + room.width / 2, y ?? room.top + room.height / 2);
  const w = box.w * factor, by = scale() * factor;
  if (by < .05 || by > 20 * Math.max(size[0] / svg.clientWidth, size[1] / svg.clientHeight)) return;
  look_at({x: px - (px - box.x) * factor, y: py - (py - box.y) * factor, w, h: box.h * factor});
}
function step(by) {
  const next = Math.min(Math.max(place + by, 0), data.moments.length - 1);
  if (next === place) return;
  place = next;
  tip.hidden = true;
  paint();
  bring(current());
}
function bring(symbol) {
  if (!symbol) return;
  const where = symbol.getBoundingClientRect(), room = view.getBoundingClientRect(), by = scale();
  if (where.left < room.left || where.right > room.right || where.top < room.top || where.bottom > room.bottom) {
    look_at({...box, x: box.x + ((where.left + where.right) / 2 - (room.left + room.right) / 2) * by, y: box.y + ((where.top + where.bottom) / 2 - (room.top + room.bottom) / 2) * by});
  }
}
const pointers = new Map();
let dragged = false;
view.addEventListener("pointerdown", event => { pointers.set(event.pointerId, event); dragged = false; });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, event => pointers.delete(event.pointerId));
addEventListener("pointermove", event => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const other = [...pointers.values()].find(each => each.pointerId !== event.pointerId);
  if (other) {
    const apart = one => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    zoom(apart(before) / Math.max(apart(event), 1), other.clientX, other.clientY);
  } else {
    if (!dragged && Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) < 4) return;
    const by = scale();
    look_at({...box, x: box.x - (event.clientX - before.clientX) * by, y: box.y - (event.clientY - before.clientY) * by});
  }
  dragged = true;
  pointers.set(event.pointerId, event);
  event.preventDefault();
});
view.addEventListener("click", event => {
  const symbol = event.target.closest(SYMBOL);
  if (symbol && !dragged && can_fold(symbol)) fold(symbol);
});
view.addEventListener("wheel", event => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, event.clientX, event.clientY); }, {passive: false});
view.addEventListener("pointermove", event => {
  const symbol = event.target.closest(SYMBOL);
  if (symbol && !pointers.size) show(symbol, event.clientX, event.clientY); else tip.hidden = true;
});
view.addEventListener("pointerleave", () => { tip.hidden = true; });
view.addEventListener("focusin", event => {
  const symbol = event.target.closest(SYMBOL);
  if (!symbol?.matches(":focus-visible")) return;
  bring(symbol);
  const where = symbol.getBoundingClientRect();
  show(symbol, where.left, where.bottom - 10);
});
view.addEventListener("focusout", () => { tip.hidden = true; });
addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.id === "place") return;
  const symbol = event.target.closest(SYMBOL);
  const press = wanted => symbol && wanted(symbol) ? fold(symbol) : false;
  const doing = {"+": () => zoom(1 / 1.25), "=": () => zoom(1 / 1.25), "-": () => zoom(1.25), "0": fit,
    ArrowRight: () => step(1), ArrowLeft: () => step(-1), Home: () => step(-Infinity), End: () => step(Infinity),
    Enter: () => press(can_fold), " ": () => press(can_fold), Backspace: () => press(each => "open" in each.dataset),
    Escape: () => { tip.hidden = true; }}[event.key];
  if (doing && doing() !== false) event.preventDefault();
});
find("in").onclick = () => zoom(1 / 1.25);
find("out").onclick = () => zoom(1.25);
find("fit").onclick = fit;
if (find("fold")) { find("fold").onclick = () => fold_all(false); find("unfold").onclick = () => fold_all(true); }
if (find("theme")) find("theme").onclick = () => { look = (look + 1) % data.looks.length; paint(); };
if (find("place")) {
  find("back").onclick = () => step(-1);
  find("on").onclick = () => step(1);
  find("place").oninput = event => step(event.target.value - place);
}
paint();
begin();
