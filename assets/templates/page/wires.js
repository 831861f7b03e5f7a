// The arrows of an inset: of the data, of the gradients that came back, and those that were cut.

const APART = 8, BASE = 12.5, CHIP = 20, BESIDE = 16, UNDER = 9;

// `stands` are the boxes in which the wires' ends are, `right` and `down` the axes, and `on` the wires
// on the way that is followed. Only a wire that was cut has a chip, and that is empty if there is
// nothing to say.
function wired(data, inset, geometry, stands, {right, down, moment, on}) {
  const into = {}, from = {}, found = new Map();
  geometry.wires.forEach(([source, target, first, last, curve, ...labels], n) => {
    const [passes, changes, chip] = inset.wires[n];
    const ends = [stands[source] ?? null, stands[target] ?? null];
    if (ends[0] && ends[0] === ends[1]) return;
    let points = curve;
    if (ends[0]?.fold) points = outside(points, ends[0].old);
    if (ends[1]?.fold) points = turned(outside(turned(points), ends[1].old));
    const corners = [points.slice(0, 2), points.slice(-2)];
    points = points.map((value, place) => place % 2 ? down(value) : right(value));
    const folded = ends.some(end => end?.fold), parted = ends.some(end => !end || end.part);
    for (const passing of parted ? passes : [null]) {
      const levels = [first, last];
      let led = points;
      ends.forEach((end, side) => {
        if (!end) return;
        const [place, level] = border(end, corners[side], side, passing, levels[side]);
        led = pulled(led, side, place);
        levels[side] = level;
      });
      if (!ends[0]) into[passing] ??= led.slice(0, 2);
      if (!ends[1]) from[passing] ??= led.slice(-2);
      const name = [...ends.map(end => end?.thing), passing, folded || parted ? "" : n].join();
      const wire = {led, levels, ends, chip, looks: [], labels: folded ? [] : labels, on: false};
      if (!found.has(name)) found.set(name, wire); else found.get(name).labels = [];
      found.get(name).on ||= on?.has(n) ?? false;
      found.get(name).looks.push(at(changes, moment) ?? [false, null]);
      labels = [];
    }
  });
  const svg = [...found.values()].map(wire => drawn_wire(data, wire, right, down));
  return {svg: svg.join(""), into, from};
}

function drawn_wire(data, {led, levels, ends, chip, looks, labels, on}, right, down) {
  const ahead = looks.every(look => look[0]), norm = together(looks.map(look => look[1]));
  const begins = ends[0] && !ends[0].part, arrives = ends[1] && !ends[1].part;
  const band = on ? drawn(led, {stroke: "var(--accent)", width: UNDER}) : "";
  const svg = [band && `<g opacity=".35">${band}</g>`, drawn(led, {
    stroke: ahead ? "var(--ahead_line)" : "var(--edge)",
    width: ahead && !chip ? 1.2 : 1.6,
    dashed: chip ? chip.length > 0 : ahead,
    arrow: arrives,
  })];
  if (norm !== null) {
    const bad = norm !== "?" && !isFinite(norm);
    svg.push(drawn(lane(led, levels, APART), {
      stroke: bad ? "var(--error)" : "var(--gradient_line)",
      width: thickness(norm),
      dashed: norm === 0,
      arrow: begins,
    }));
  }
  const [value, gradient] = labels;
  if (chip?.length && begins) {
    const room = value && [right(value[0] + value[2] / 2), down(value[1] + value[3] / 2)];
    svg.push(chipped(data, led, levels, chip, room));
  }
  if (value && !chip) svg.push(written(value, value[5], ahead ? "var(--ahead_text)" : "var(--muted)", right, down));
  if (gradient && looks.length === 1 && looks[0][1] !== null) {
    const ink = norm !== "?" && !isFinite(norm) ? "var(--error)" : "var(--gradient)";
    svg.push(written(gradient, `‖g‖ ${looks[0][1]}`, ink, right, down));
  }
  return on ? `<g class="way">${svg.join("")}</g>` : svg.join("");
}

// Where a wire that ended at (x, y) meets the box as it now is, and whether that border is level.
function border(end, [x, y], side, passing, level) {
  const [bx, by, bw, bh] = end.old;
  const port = end.part && (side ? end.part.into : end.part.from)[passing];
  if (port) {
    const upright = port[0] < .5 || port[0] > end.part.w - .5;
    return [[end.x + port[0], end.y + port[1]], !upright];
  }
  if (!end.fold && !end.part) return [[end.x + x - bx, end.y + y - by], level];
  const away = [y - by, by + bh - y, x - bx, bx + bw - x].map(Math.abs);
  const nearest = away.indexOf(Math.min(...away));
  const across = Math.min(Math.max((x - bx) / bw, 0), 1), along = Math.min(Math.max((y - by) / bh, 0), 1);
  const px = end.x + 16 + (end.w - 32) * across, py = end.y + 16 + (end.h - 32) * along;
  return [[[px, end.y], [px, end.y + end.h], [end.x, py], [end.x + end.w, py]][nearest], nearest < 2];
}

// Scissors and their word, where there is room for them; else at the beginning of a wire that comes
// from nothing else, or halfway.
function chipped(data, points, levels, [number, half, ghost], room) {
  const place = room ?? (ghost ? begun(points, levels, half) : midway(points, half));
  return `<g transform="translate(${short(place[0])} ${short(place[1])})">${piece(data, number)}</g>`;
}

function begun(points, levels, half) {
  const [x, y] = points, [ex, ey] = points.slice(-2);
  return levels[0] ? [x, y + (CHIP / 2 + 1) * (ey >= y ? 1 : -1)] : [x + (half + 2) * (ex >= x ? 1 : -1), y];
}

function midway(points, half) {
  const [x, y] = halfway(points), beside = x + half - BESIDE;
  const xs = points.filter((_, n) => n % 2 === 0), most = Math.max(...xs);
  return [most - Math.min(...xs) > half ? Math.min(beside, most - half + BESIDE) : beside, y];
}

// A text in the room [x, y, width, height, anchor, …] of a label.
function written([x, y, w, h, anchor], text, ink, right, down) {
  const part = {start: 0, middle: .5, end: 1}[anchor];
  const place = `x="${short(right(x + part * w))}" y="${short(down(y + h / 2) - h / 2 + BASE)}"`;
  return `<text class="mono" ${place} font-size="13" text-anchor="${anchor}" fill="${ink}">${text}</text>`;
}

// The norm of several gradients together, as a number; null if none has come, "?" if one was lost.
function together(norms) {
  const known = norms.filter(norm => norm !== null);
  if (!known.length) return null;
  if (known.includes("?")) return "?";
  const numbers = known.map(norm => norm === "inf" ? Infinity : Number(norm));
  return numbers.some(isNaN) ? NaN : Math.hypot(...numbers);
}

function thickness(norm) {
  if (norm === "?" || norm === 0) return 1.8;
  return isFinite(norm) ? Math.min(Math.max(3.6 + .8 * Math.log10(norm), 1.8), 5) : 5;
}
