// The picture of an inset in which some boxes are open, put together from the insets of those.

const APART = 8, ROUND = 6, TAB = 21;

function at(changes, moment) {
  // What was last noted by a moment.
  let found = null;
  for (const [from, what] of changes) { if (from > moment) break; found = what; }
  return found;
}

function stretched(spans, end) {
  // A rising map of one axis that gives every span [from, to, room] its room; what lies between
  // spans keeps its length, and what lies beside one is moved by as much as it takes.
  const stops = [...new Set([0, end, ...spans.map(span => span[0]), ...spans.map(span => span[1])])].sort((a, b) => a - b);
  if (spans.every(([from, to, room]) => Math.abs(room - to + from) < .05)) return value => value;
  const number = new Map(stops.map((stop, n) => [stop, n]));
  const slopes = new Array(stops.length).fill(0), kept = new Array(stops.length + 1).fill(0);
  const touched = new Array(stops.length).fill(false);
  for (const [from, to, room] of spans) {
    if (Math.abs(room - to + from) < .05) { kept[number.get(from)]++; kept[number.get(to)]--; continue; }
    for (let n = number.get(from); n < number.get(to); n++) {
      slopes[n] = Math.max(slopes[n], room / (to - from));
      touched[n] = true;
    }
  }
  const places = [stops[0]];
  let over = 0;
  for (let n = 0; n + 1 < stops.length; n++) {
    over += kept[n];
    const slope = !touched[n] ? 1 : over ? Math.max(slopes[n], 1) : slopes[n];
    places.push(places[n] + (stops[n + 1] - stops[n]) * slope);
    slopes[n] = slope;
  }
  return value => {
    let low = 0, high = stops.length - 1;
    if (value <= stops[0]) return places[0] + value - stops[0];
    if (value >= stops[high]) return places[high] + value - stops[high];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (stops[middle] <= value) low = middle; else high = middle;
    }
    return places[low] + (value - stops[low]) * slopes[low];
  };
}

// Of a page's `data`: the inset of that number in a book, at a moment, with the `opened` things and
// the folds that were `closed`, both sets of things' numbers. Gives its size, its SVG, and where
// wires pass its border.
function composed(data, book, number, moment, opened, closed) {
  const inset = book.insets[number], geometry = data.geometries[inset.g];
  const folds = inset.folds.map(([thing, x, y, w, h, parent, tab]) => ({thing, x, y, w, h, parent, tab}));
  for (const fold of folds) {
    const around = fold.parent === null ? null : folds[fold.parent].hidden;
    fold.hidden = around ?? (closed.has(fold.thing) ? fold : null);
  }
  const boxes = [];
  const box = (thing, old, of, fold) => {
    const known = book.things[thing];
    const part = of && opened.has(thing) && known.i ? composed(data, book, known.i, moment, opened, closed) : null;
    boxes.push({thing, old, part, fold, w: part ? part.w : known.w, h: part ? part.h : known.h});
    return boxes[boxes.length - 1];
  };
  for (const fold of folds) if (fold.hidden === fold) fold.box = box(fold.thing, [fold.x, fold.y, fold.w, fold.h], false, fold);
  const stands = geometry.spots.map(([x, y, w, h, frame], n) => {
    const hidden = frame === null ? null : folds[frame].hidden;
    return hidden ? hidden.box : box(inset.things[n], [x, y, w, h], true, null);
  });
  const open = folds.filter(fold => !fold.hidden);
  const tabs = open.map(({x, y, tab}) => [x, y, tab[1], TAB]);
  if (inset.frame) tabs.push([0, 0, inset.frame[1], TAB]);
  const span = n => [...boxes.map(each => [each.old[n], each.old[n] + each.old[n + 2], n ? each.h : each.w]),
    ...tabs.map(tab => [tab[n], tab[n] + tab[n + 2], tab[n + 2]])];
  const right = stretched(span(0), geometry.w), down = stretched(span(1), geometry.h);
  for (const each of boxes) {
    const [x, y, w, h] = each.old;
    each.x = (right(x) + right(x + w) - each.w) / 2;
    each.y = (down(y) + down(y + h) - each.h) / 2;
  }
  const w = right(geometry.w), h = down(geometry.h);
  const wires = wired(inset, geometry, stands, right, down, moment);
  const svg = [];
  if (inset.frame) svg.push(field(0, 0, w, h));
  for (const fold of open) {
    fold.at = [right(fold.x), down(fold.y)];
    svg.push(field(...fold.at, right(fold.x + fold.w) - fold.at[0], down(fold.y + fold.h) - fold.at[1]));
  }
  svg.push(wires.svg);
  for (const fold of open) svg.push(titled(data, fold.thing, fold.tab, ...fold.at));
  for (const each of boxes) {
    const place = `transform="translate(${short(each.x)} ${short(each.y)})"`;
    if (each.part) {
      svg.push(`<g ${place}>${each.part.svg}${titled(data, each.thing, book.insets[book.things[each.thing].i].frame, 0, 0)}</g>`);
    } else {
      svg.push(`<g data-thing="${each.thing}" ${place}>${data.pieces[at(book.things[each.thing].p, moment)]}</g>`);
    }
  }
  return {w, h, svg: svg.join(""), into: wires.into, from: wires.from};
}

function field(x, y, w, h) {
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" rx="${ROUND}" fill="var(--frame_fill)" stroke="var(--frame_line)" stroke-width="1.2"/>`;
}

function titled(data, thing, tab, x, y) {
  const sign = thing === null ? "" :
    '<rect x="-10" y="-8" width="16" height="16" rx="3" fill="var(--background)" stroke="var(--frame_text)"/><rect x="-6" y="-1" width="8" height="2" fill="var(--frame_text)"/>';
  const mark = thing === null ? "" : ` data-open="${thing}"`;
  return `<g${mark} transform="translate(${short(x)} ${short(y)})">${data.pieces[tab[0]]}${sign}</g>`;
}

function wired(inset, geometry, stands, right, down, moment) {
  const into = {}, from = {}, shown = new Map();
  geometry.wires.forEach(([source, target, first, last, curve], n) => {
    const [producers, changes] = inset.wires[n];
    const ends = [stands[source] ?? null, stands[target] ?? null];
    if (ends[0] && ends[0] === ends[1]) return;
    const look = at(changes, moment) ?? [false, null];
    const levels = [first, last];
    let points = curve;
    if (ends[0]?.fold) points = outside(points, ends[0].old);
    if (ends[1]?.fold) points = turned(outside(turned(points), ends[1].old));
    const corners = [points.slice(0, 2), points.slice(-2)];
    points = points.map((value, place) => place % 2 ? down(value) : right(value));
    const parted = ends.some(end => end?.part) || !ends[0] || !ends[1];
    for (const producer of parted ? producers : [0]) {
      let led = points;
      ends.forEach((end, side) => {
        if (end) {
          const [place, level] = border(end, corners[side], side, producer, levels[side]);
          led = pulled(led, side, place);
          levels[side] = level;
        }
      });
      if (!ends[0]) into[producer] = into[producer] ?? led.slice(0, 2);
      if (!ends[1]) from[producer] = from[producer] ?? led.slice(-2);
      const name = ends.map(end => end ? end.thing : "").join() + (parted ? `:${producer}` : ends.some(end => end.fold) ? "" : `#${n}`);
      const before = shown.get(name);
      if (before) before.looks.push(look);
      else shown.set(name, {led, levels: [...levels], looks: [look], ends});
    }
  });
  const svg = [];
  for (const {led, levels, looks, ends} of shown.values()) {
    const ahead = looks.every(look => look[0]);
    svg.push(drawn(led, ahead ? "var(--ahead_line)" : "var(--edge)", ahead ? 1.2 : 1.6, ahead, ends[1] && !ends[1].part));
    const norm = together(looks.map(look => look[1]));
    if (norm === null) continue;
    const stroke = norm === "bad" ? "var(--error)" : "var(--gradient_line)";
    svg.push(drawn(lane(led, levels, APART), stroke, thickness(norm), norm === 0, ends[0] && !ends[0].part));
  }
  return {svg: svg.join(""), into, from};
}

function border(end, [x, y], side, producer, level) {
  // Where a wire that ended at (x, y) meets the box as it now is, and whether that border is level.
  const [bx, by, bw, bh] = end.old;
  if (end.part) {
    const port = (side ? end.part.into : end.part.from)[producer];
    if (port) {
      const upright = port[0] < .5 || port[0] > end.part.w - .5;
      return [[end.x + port[0], end.y + port[1]], !upright];
    }
  }
  const away = [y - by, by + bh - y, x - bx, bx + bw - x].map(Math.abs);
  const nearest = away.indexOf(Math.min(...away));
  if (end.fold || end.part) {
    const across = Math.min(Math.max((x - bx) / bw, 0), 1), along = Math.min(Math.max((y - by) / bh, 0), 1);
    const px = end.x + 16 + (end.w - 32) * across, py = end.y + 16 + (end.h - 32) * along;
    return [[[px, end.y], [px, end.y + end.h], [end.x, py], [end.x + end.w, py]][nearest], nearest < 2];
  }
  return [[end.x + x - bx, end.y + y - by], level];
}

function together(norms) {
  const known = norms.filter(norm => norm !== null);
  if (!known.length) return null;
  return known.find(norm => typeof norm === "string") ?? Math.hypot(...known);
}

function thickness(norm) {
  if (norm === "bad") return 5;
  if (norm === "lost" || norm === 0) return 1.8;
  return Math.min(Math.max(3.6 + .8 * Math.log10(norm), 1.8), 5);
}
