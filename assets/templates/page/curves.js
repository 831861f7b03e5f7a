// Curves of cubic segments, as flat lists of numbers: x, y of the start, then of three points each.

// A curve that begins in a rectangle, from where it first leaves it.
function outside(points, [x, y, w, h]) {
  const inside = (px, py) => px > x + .01 && px < x + w - .01 && py > y + .01 && py < y + h - .01;
  for (let at = 0; at + 7 < points.length; at += 6) {
    const segment = points.slice(at, at + 8);
    if (inside(segment[6], segment[7])) continue;
    let low = 0, high = 1;
    for (let n = 0; n < 20; n++) {
      const middle = (low + high) / 2, end = split(segment, middle);
      if (inside(end[6], end[7])) low = middle; else high = middle;
    }
    return [...turned(split(turned(segment), 1 - high)), ...points.slice(at + 8)];
  }
  return points;
}

// The first part of a segment, by de Casteljau's algorithm.
function split(segment, part) {
  const ends = segment.slice(0, 2);
  while (segment.length > 2) {
    segment = segment.slice(0, -2).map((value, at) => value + (segment[at + 2] - value) * part);
    ends.push(segment[0], segment[1]);
  }
  return ends;
}

// The same curve from its end to its start.
function turned(points) {
  const back = [];
  for (let at = points.length - 2; at >= 0; at -= 2) back.push(points[at], points[at + 1]);
  return back;
}

// The same curve with its start (end 0) or end (1) somewhere else.
function pulled(points, end, [x, y]) {
  const last = points.length - 2, at = end ? last : 0, beside = end ? last - 2 : 2;
  const dx = x - points[at], dy = y - points[at + 1];
  const moved = points.slice();
  for (const place of [at, beside]) { moved[place] += dx; moved[place + 1] += dy; }
  return moved;
}

// Beside the curve and back; its ends slide along the borders, which are level or upright.
function lane(points, levels, apart) {
  const back = turned(points), count = back.length / 2, shifts = [];
  for (let n = 0; n < count; n++) {
    const from = Math.max(n - 1, 0), to = Math.min(n + 1, count - 1);
    let dx = back[2 * to] - back[2 * from], dy = back[2 * to + 1] - back[2 * from + 1];
    if (!dx && !dy) { dx = back[2 * count - 2] - back[0]; dy = back[2 * count - 1] - back[1]; }
    const length = Math.hypot(dx, dy) || 1;
    shifts.push([dy / length * apart, -dx / length * apart]);
  }
  const sign = value => value < 0 || Object.is(value, -0) ? -apart : apart;
  const along = (level, [dx, dy]) => level ? [sign(dx), 0] : [0, sign(dy)];
  shifts[0] = shifts[1] = along(levels[1], shifts[0]);
  shifts[count - 1] = shifts[count - 2] = along(levels[0], shifts[count - 1]);
  return back.map((value, at) => value + shifts[at >> 1][at % 2]);
}

// As SVG; an `arrow` has a triangle at its end.
function drawn(points, {stroke, width, dashed, arrow}) {
  const head = arrow ? tip(points, width) : {points, corners: []};
  const path = `<path d="${written_path(head.points)}" fill="none" stroke="${stroke}" stroke-width="${short(width)}"${dashed ? ' stroke-dasharray="4 3"' : ""}/>`;
  if (!arrow) return path;
  const corners = head.corners.map(corner => corner.map(short).join()).join(" ");
  return `<polygon points="${corners}" fill="${stroke}"/>${path}`;
}

// The triangle at the end of a curve, and the points drawn back to make room for it.
function tip(points, width) {
  const last = points.length - 2, [ex, ey] = points.slice(last);
  let start = last - 2;
  while (start > 0 && Math.hypot(points[start] - ex, points[start + 1] - ey) < .01) start -= 2;
  const reach = Math.hypot(points[start] - ex, points[start + 1] - ey) || 1;
  const dx = (ex - points[start]) / reach, dy = (ey - points[start + 1]) / reach;
  const length = 5 + 2.2 * width, half = .46 * length, cut = .8 * length;
  const bx = ex - dx * length, by = ey - dy * length;
  const back = points.slice();
  for (let place = 2; place <= last; place += 2) {
    if (Math.hypot(back[place] - ex, back[place + 1] - ey) < cut) {
      back[place] -= dx * cut;
      back[place + 1] -= dy * cut;
    }
  }
  return {points: back, corners: [[ex, ey], [bx - dy * half, by + dx * half], [bx + dy * half, by - dx * half]]};
}

function written_path(points) {
  const pair = place => `${short(points[place])},${short(points[place + 1])}`;
  let path = `M${pair(0)}`;
  for (let place = 2; place + 5 < points.length; place += 6) {
    path += `C${pair(place)} ${pair(place + 2)} ${pair(place + 4)}`;
  }
  return path;
}

// The point halfway along a curve, by the time of its segments.
function halfway(points) {
  const segments = (points.length - 2) / 6, place = Math.floor(segments / 2);
  if (segments % 2 === 0) return points.slice(place * 6, place * 6 + 2);
  return split(points.slice(place * 6, place * 6 + 8), .5).slice(-2);
}

function short(value) { return Math.round(value * 10) / 10; }
