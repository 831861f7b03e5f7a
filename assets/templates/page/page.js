// The page: which moment, which graphs, what is chosen, what is looked for, in which colours.

class Page {
  constructor(data) {
    Object.assign(this, {data, place: 0, look: 0, choice: null, text: find("sought").value, match: -1, answers: new Map()});
    this.following = Boolean(find("way"));
    this.tip = new Tip(find("tip"));
    this.panes = [...document.querySelectorAll(".pane")].map(section => new Pane(this, section.dataset.view, section));
    this.view = find("panes").dataset.view;
    this.listen();
    this.follow_system();
    this.switch(this.view);
  }

  get moment() { return this.data.moments[this.place]; }
  get visible() { return this.panes.filter(pane => this.view === "both" || pane.name === this.view); }

  paint() {
    this.answers.clear();
    for (const pane of this.visible) pane.paint();
    const foot = this.moment.foot[this.look];
    if (find("foot")) find("foot").innerHTML = foot === null ? "" : piece(this.data, foot);
    find("caption").textContent = this.moment.title;
    if (find("place")) {
      find("place").value = this.place;
      find("place").setAttribute("aria-valuetext", this.moment.title);
      find("told").value = `${this.place + 1} / ${this.data.moments.length}`;
    }
    this.count();
  }

  // Show these graphs: of one view, or both.
  switch(view) {
    this.view = view;
    find("panes").dataset.view = view;
    for (const pane of this.panes) pane.section.hidden = !this.visible.includes(pane);
    for (const button of document.querySelectorAll("#views button")) {
      button.setAttribute("aria-checked", String(button.dataset.view === view));
      button.tabIndex = button.dataset.view === view ? 0 : -1;
    }
    this.paint();
    for (const pane of this.visible) pane.begin();
  }

  step(by) {
    const next = Math.min(Math.max(this.place + by, 0), this.data.moments.length - 1);
    if (next === this.place) return;
    this.place = next;
    this.tip.hide();
    this.paint();
    for (const pane of this.visible) pane.bring(pane.current);
  }

  // One thing is chosen, in whichever graph; the other shows it in its own way.
  choose(pane, thing) {
    this.choice = pane && {name: pane.name, number: pane.number, thing};
    for (const each of this.visible) each.mark();
    for (const other of this.visible) {
      const [first] = other === pane ? [] : this.chosen(other);
      if (first !== undefined) other.bring(other.known.get(first));
    }
  }

  is_chosen(pane, thing) {
    return this.choice !== null && this.choice.name === pane.name && this.choice.thing === thing;
  }

  // What is to be outlined in a pane.
  chosen(pane) {
    if (!this.choice) return [];
    const {name, number, thing} = this.choice;
    if (name === pane.name) return number === pane.number ? [shown(pane.book, thing, pane.open)] : [];
    const wanted = new Set(nodes(this.data.books[number], thing));
    const cards = pane.symbols.filter(symbol => "thing" in symbol.dataset).map(thing_of);
    return cards.filter(each => nodes(pane.book, each).some(node => wanted.has(node)));
  }

  // What is found in a pane; null if nothing is looked for, or it cannot be answered.
  found(pane) {
    if (!this.text.trim()) return null;
    if (!this.answers.has(pane)) this.answers.set(pane, sought(this.data, pane.book, this.place, this.text));
    return this.answers.get(pane);
  }

  seek(text) {
    Object.assign(this, {text, match: -1});
    this.answers.clear();
    for (const pane of this.visible) pane.mark();
    this.count();
  }

  // All that was found, in all graphs that are shown.
  get matches() {
    return this.visible.flatMap(pane => [...this.found(pane) ?? []].map(([thing, why]) => ({pane, thing, why})));
  }

  // To the next thing that was found, or with -1 to the one before.
  go(by) {
    const matches = this.matches;
    if (!matches.length) return;
    const from = this.match < 0 && by < 0 ? 0 : this.match;
    this.match = (from + by + matches.length) % matches.length;
    const {pane, thing, why} = matches[this.match];
    pane.show(thing);
    this.choose(pane, thing);
    this.count();
    this.say(`${pane.known.get(thing).getAttribute("aria-label")}: ${why}`);
  }

  count() {
    const words = find("count").dataset, unknown = this.visible.some(pane => this.found(pane) === null);
    const total = this.matches.length;
    find("count").value = !this.text.trim() ? "" : unknown ? words.python
      : this.match < 0 ? words.found.replace("{count}", total)
      : `${this.match + 1} / ${total}`;
  }

  tell(pane, symbol, x, y) {
    const lines = pane.lines(symbol), words = this.tip.element.dataset;
    const match = this.found(pane)?.get(thing_of(symbol));
    if (match) lines.push(match);
    if (pane.can_fold(symbol)) lines.push("open" in symbol.dataset ? words.close : words.open);
    this.tip.show(lines, x, y);
  }

  say(text) { find("status").textContent = text; }

  follow_system() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const {theme} = document.documentElement.dataset;
    const follow = () => { if (this.following) this.colour(Math.max(this.data.looks.indexOf(dark.matches ? "dark" : "light"), 0)); };
    this.following = theme === "auto";
    dark.addEventListener("change", follow);
    follow();
  }

  colour(look) {
    this.look = look;
    document.documentElement.dataset.theme = this.data.looks[look];
    if (this.panes[0].box) this.paint();
  }

  listen() {
    const press = (id, doing) => find(id)?.addEventListener("click", doing);
    const each = doing => () => { for (const pane of this.visible) doing(pane); };
    const acts = {
      in: each(pane => pane.zoom(1 / 1.25)), out: each(pane => pane.zoom(1.25)), fit: each(pane => pane.fit()),
      fold: each(pane => pane.fold_all(false)), unfold: each(pane => pane.fold_all(true)),
      back: () => this.step(-1), on: () => this.step(1),
      theme: () => { this.following = false; this.colour((this.look + 1) % this.data.looks.length); },
      before: () => this.go(-1), next: () => this.go(1),
    };
    for (const [id, doing] of Object.entries(acts)) press(id, doing);
    for (const button of document.querySelectorAll("#views button")) button.onclick = () => this.switch(button.dataset.view);
    find("place")?.addEventListener("input", event => this.step(event.target.value - this.place));
    find("sought").addEventListener("input", event => this.seek(event.target.value));
    addEventListener("keydown", event => { if (this.key(event, acts)) event.preventDefault(); });
    addEventListener("beforeprint", each(pane => { pane.before = pane.box; pane.fit(); }));
    addEventListener("afterprint", each(pane => pane.look_at(pane.before)));
    addEventListener("resize", each(pane => pane.look_at(pane.box)));
  }

  // Does what a key asks for; gives whether that was something.
  key(event, acts) {
    const {key, target} = event;
    if (key === "F3" || (key === "f" && (event.ctrlKey || event.metaKey))) {
      if (key === "F3") this.go(event.shiftKey ? -1 : 1); else find("sought").select();
      return true;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    if (target.id === "sought") return this.seek_key(event);
    if (target.id === "place") return false;
    if (target.closest("#views") && key in WAYS) return this.view_key(event);
    const symbol = target.closest(SYMBOL), pane = this.panes.find(each => each.section.contains(target));
    const symbol_keys = symbol ? {
      Enter: () => this.press(pane, symbol), " ": () => this.press(pane, symbol),
      Backspace: () => pane.leave(symbol),
    } : {};
    const keys = {
      "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.fit, ",": acts.back, ".": acts.on, "/": () => find("sought").select(),
      Home: () => this.step(-Infinity), End: () => this.step(Infinity),
      Escape: () => this.let_go(),
      ...symbol_keys,
    };
    if (key in WAYS && symbol) return pane.step(symbol, WAYS[key]) || true;
    if (key === "ArrowRight" || key === "ArrowLeft") return this.step(key === "ArrowRight" ? 1 : -1) || true;
    return key in keys && keys[key]() !== false;
  }

  // What is chosen first, then the way.
  let_go() {
    this.tip.hide();
    if (this.choice) return this.choose(null);
    if (!this.following) return;
    this.following = false;
    find("way").hidden = true;
    this.paint();
  }

  press(pane, symbol) {
    if (pane.can_fold(symbol)) pane.fold(symbol); else this.choose(pane, thing_of(symbol));
  }

  seek_key({key, shiftKey, target}) {
    if (key === "Enter") this.go(shiftKey ? -1 : 1);
    if (key === "Escape") {
      target.value = "";
      this.seek("");
    }
    return key === "Enter" || key === "Escape";
  }

  // Arrows lead through the views, as in every group of choices.
  view_key({key, target}) {
    const buttons = [...document.querySelectorAll("#views button")];
    const [across, down] = WAYS[key];
    const next = buttons[(buttons.indexOf(target) + across + down + buttons.length) % buttons.length];
    next.click();
    next.focus();
    return true;
  }
}

function find(id) { return document.getElementById(id); }
