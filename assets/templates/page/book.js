// What a page knows of one graph: a `book` with things (cards, and boxes that open) in insets.

// What was last noted by a moment, of [[from, what], …] in their order.
function at(changes, moment) {
  let found = null;
  for (const [from, what] of changes) {
    if (from > moment) break;
    found = what;
  }
  return found;
}

// The SVG of a piece, whose parts many pieces share.
function piece(data, number) {
  data.written ??= [];
  return data.written[number] ??= data.pieces[number].map(part => data.parts[part]).join("");
}

function opens(book, thing) { return book.things[thing].i !== undefined; }

// Whether a box was open when the page was made: then it stands in the outermost inset as a frame.
function begins_open(book, thing) { return book.things[thing].i === 0; }

// The things in a box, or in what is open in its place.
function inside(book, thing) {
  if (!opens(book, thing)) return [];
  if (!begins_open(book, thing)) return book.insets[book.things[thing].i].things;
  const {folds, things, frames} = outermost(book);
  const within = new Set(folds.flatMap((fold, n) => fold === thing ? [n] : []));
  frames.folds.forEach((parent, n) => { if (within.has(parent)) within.add(n); });
  return things.filter((_, n) => within.has(frames.things[n]));
}

function outermost(book) {
  const inset = book.insets[0];
  return {folds: inset.folds.map(fold => fold[0]), things: inset.things,
    frames: {folds: inset.folds.map(fold => fold[5]), things: inset.frames ?? inset.things.map(() => null)}};
}

// The boxes around each thing, the outermost first: those to open so that it is seen.
function around(book) {
  if (book.around) return book.around;
  const found = book.things.map(() => []);
  const waiting = [];
  const {folds, things, frames} = outermost(book);
  const chain = frame => frame === null ? [] : [...chain(frames.folds[frame]), folds[frame]].filter(each => each !== null);
  folds.forEach((thing, n) => { if (thing !== null) found[thing] = chain(frames.folds[n]); });
  things.forEach((thing, n) => { found[thing] = chain(frames.things[n]); waiting.push(thing); });
  while (waiting.length) {
    const thing = waiting.pop();
    if (!opens(book, thing) || begins_open(book, thing)) continue;
    for (const inner of inside(book, thing)) {
      found[inner] = [...found[thing], thing];
      waiting.push(inner);
    }
  }
  return book.around = found;
}

// The thing that stands for a thing while only what is `open` is open: itself, or the outermost
// closed box around it.
function shown(book, thing, open) {
  return around(book)[thing].find(box => !is_open(book, box, open)) ?? thing;
}

// What the reader has opened and closed, both sets of things, and whether the way is followed.
function closed_book() { return {opened: new Set(), closed: new Set(), following: true}; }
function is_open(book, thing, open) {
  return begins_open(book, thing) ? !open.closed.has(thing) : open.opened.has(thing);
}
function toggle(book, thing, open) {
  const set = begins_open(book, thing) ? open.closed : open.opened;
  if (!set.delete(thing)) set.add(thing);
}

// Close all boxes, or open them, level by level, as long as there are at most `most` cards.
function fold_all(book, open, wide, most) {
  open.opened.clear();
  open.closed.clear();
  if (!wide) {
    for (const thing of outermost(book).folds) if (thing !== null) open.closed.add(thing);
    return;
  }
  let count = book.insets[0].things.length;
  book.things.forEach((known, thing) => {
    if (!known.i) return;
    count += book.insets[known.i].things.length;
    if (count <= most) open.opened.add(thing);
  });
}

// Open all that hides a thing.
function reveal(book, thing, open) {
  for (const box of around(book)[thing]) if (!is_open(book, box, open)) toggle(book, box, open);
}

// The nodes of the autograd graph that a thing stands for, by which the views know each other's.
function nodes(book, thing) {
  const known = book.things[thing];
  if (known.m || !opens(book, thing)) return known.m ?? [];
  return known.all ??= [...new Set(inside(book, thing).flatMap(inner => nodes(book, inner)))];
}
