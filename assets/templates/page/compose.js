// The picture of an inset in which some boxes are open, put together from the insets of those.

const ROUND = 6, TAB = 21;

// Of a page's `data`: the inset of that number in a book, at a moment, with what is `open`. Gives its
// size, its SVG, and where wires pass its border: `into` it and `from` it, by what passes there.
function composed(data, book, number, moment, open) {
  const inset = book.insets[number], geometry = data.geometries[inset.g];
  const folds = folds_of(inset, open.closed);
  const boxes = [];
  const box = (thing, old, fold) => {
    const {w, h, i} = book.things[thing];
    const part = !fold && i && open.opened.has(thing) ? composed(data, book, i, moment, open) : null;
    boxes.push({thing, old, part, fold, w: part?.w ?? w, h: part?.h ?? h});
    return boxes[boxes.length - 1];
  };
  for (const fold of folds) if (fold.hidden === fold) fold.box = box(fold.thing, fold.place, fold);
  const stands = geometry.spots.map(([x, y, w, h], n) => {
    const frame = inset.frames?.[n] ?? null, hidden = frame === null ? null : folds[frame].hidden;
    return hidden ? hidden.box : box(inset.things[n], [x, y, w, h], null);
  });
  const opened = folds.filter(fold => !fold.hidden);
  const [right, down] = axes(inset, geometry, boxes, opened);
  for (const each of boxes) {
    const [x, y, w, h] = each.old;
    each.x = (right(x) + right(x + w) - each.w) / 2;
    each.y = (down(y) + down(y + h) - each.h) / 2;
  }
  const w = right(geometry.w), h = down(geometry.h);
  const on = open.following ? way_of(book)?.wires.get(number) : null;
  const wires = wired(data, inset, geometry, stands, {right, down, moment, on});
  const svg = [];
  if (inset.frame) svg.push(field(0, 0, w, h));
  for (const fold of opened) {
    const [x, y, width, height] = fold.place;
    fold.corner = [right(x), down(y)];
    svg.push(field(...fold.corner, right(x + width) - fold.corner[0], down(y + height) - fold.corner[1]));
  }
  svg.push(`<g class="wires">${wires.svg}</g>`);
  for (const fold of opened) svg.push(titled(data, fold.thing, fold.tab, ...fold.corner));
  for (const each of boxes) svg.push(stood(data, book, each, moment));
  return {w, h, svg: svg.join(""), into: wires.into, from: wires.from};
}

// The frames that were open from the start. One that is closed, or lies in one that is, is `hidden`
// by the outermost of these.
function folds_of(inset, closed) {
  const folds = inset.folds.map(([thing, x, y, w, h, parent, tab]) => ({thing, place: [x, y, w, h], parent, tab}));
  for (const fold of folds) {
    const above = fold.parent === null ? null : folds[fold.parent].hidden;
    fold.hidden = above ?? (closed.has(fold.thing) ? fold : null);
  }
  return folds;
}

// Both axes with room for the boxes as they are; titles of frames and labels of wires keep theirs.
function axes(inset, geometry, boxes, opened) {
  const kept = opened.map(({place: [x, y], tab}) => [x, y, tab[1], TAB]);
  if (inset.frame) kept.push([0, 0, inset.frame[1], TAB]);
  for (const wire of geometry.wires) for (const label of wire.slice(5)) if (label) kept.push(label);
  return [0, 1].map(n => stretched([
    ...boxes.map(each => [each.old[n], each.old[n] + each.old[n + 2], n ? each.h : each.w]),
    ...kept.map(area => [area[n], area[n] + area[n + 2], area[n + 2]]),
  ], n ? geometry.h : geometry.w));
}

function stood(data, book, {thing, part, x, y}, moment) {
  const known = book.things[thing], place = `transform="translate(${short(x)} ${short(y)})"`;
  if (!part) return `<g data-thing="${thing}" ${place}>${piece(data, at(known.p, moment))}</g>`;
  return `<g ${place}>${part.svg}${titled(data, thing, book.insets[known.i].frame, 0, 0)}</g>`;
}

function field(x, y, w, h) {
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" rx="${ROUND}" fill="var(--frame_fill)" stroke="var(--frame_line)" stroke-width="1.2"/>`;
}

// A frame's title, with a minus sign if it can be closed.
function titled(data, thing, tab, x, y) {
  const sign = thing === null ? "" :
    '<g class="sign"><rect x="-10" y="-8" width="16" height="16" rx="3" fill="var(--background)" stroke="var(--frame_text)"/><rect x="-6" y="-1" width="8" height="2" fill="var(--frame_text)"/></g>';
  const mark = thing === null ? "" : ` data-open="${thing}"`;
  return `<g${mark} transform="translate(${short(x)} ${short(y)})">${piece(data, tab[0])}${sign}</g>`;
}
