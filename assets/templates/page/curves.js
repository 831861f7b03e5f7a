// Curves of cubic segments, as flat lists of numbers: x, y of the start, then of three points each.

function outside(points, [x, y, w, h]) {
  // A curve that begins in a rectangle, from where it first leaves it.
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

function split(segment, part) {
  const ends = segment.slice(0, 2);
  while (segment.length > 2) {
    segment = segment.slice(0, -2).map((value, at) => value + (segment[at + 2] - value) * part);
    ends.push(segment[0], segment[1]);
  }
  return ends;
}

function turned(points) {
  const back = [];
  for (let at = points.length - 2; at >= 0; at -= 2) back.push(points[at], points[at + 1]);
  return back;
}

function pulled(points, end, [x, y]) {
  // The same curve with its start (end 0) or end (1) somewhere else.
  const last = points.length - 2, at = end ? last : 0, beside = end ? last - 2 : 2;
  const dx = x - points[at], dy = y - points[at + 1];
  const moved = points.slice();
  for (const place of [at, beside]) { moved[place] += dx; moved[place + 1] += dy; }
  return moved;
}

function lane(points, levels, apart) {
  // Beside the curve and back; its ends slide along the borders, which are level or upright.
  const back = turned(points), count = back.length / 2, shifts = [];
  for (let n = 0; n < count; n++) {
    const from = Math.max(n - 1, 0), to = Math.min(n + 1, count - 1);
    let dx = back[2 * to] - back[2 * from], dy = back[2 * to + 1] - back[2 * from + 1];
    if (!dx && !dy) { dx = back[2 * count - 2] - back[0]; dy = back[2 * count - 1] - back[1]; }
    const length = Math.hypot(dx, dy) || 1;
    shifts.push([dy / length * apart, -dx / length * apart]);
  }
  const sign = value => value < 0 ? -apart : apart;
  const along = (level, [dx, dy]) => level ? [sign(dx), 0] : [0, sign(dy)];
  shifts[0] = shifts[1] = along(levels[1], shifts[0]);
  shifts[count - 1] = shifts[count - 2] = along(levels[0], shifts[count - 1]);
  return back.map((value, at) => value + shifts[at >> 1][at % 2]);
}

function drawn(points, stroke, width, dashed, arrow) {
  // As SVG, with a triangle at its end.
  let head = "";
  if (arrow) {
    const last = points.length - 2, ex = points[last], ey = points[last + 1];
    let at = last - 2;
    while (at > 0 && Math.hypot(points[at] - ex, points[at + 1] - ey) < .01) at -= 2;
    const reach = Math.hypot(points[at] - ex, points[at + 1] - ey) || 1;
    const dx = (ex - points[at]) / reach, dy = (ey - points[at + 1]) / reach;
    const length = 5 + 2.2 * width, half = .46 * length, cut = .8 * length;
    const bx = ex - dx * length, by = ey - dy * length;
    const corners = [[ex, ey], [bx - dy * half, by + dx * half], [bx + dy * half, by - dx * half]];
    head = `<polygon points="${corners.map(([x, y]) => `${short(x)},${short(y)}`).join(" ")}" fill="${stroke}"/>`;
    points = points.slice();
    for (let place = 2; place <= last; place += 2) {
      if (Math.hypot(points[place] - ex, points[place + 1] - ey) < cut) {
        points[place] -= dx * cut; points[place + 1] -= dy * cut;
      }
    }
  }
  const at = place => `${short(points[place])},${short(points[place + 1])}`;
  let path = `M${at(0)}`;
  for (let place = 2; place + 5 < points.length; place += 6) path += `C${at(place)} ${at(place + 2)} ${at(place + 4)}`;
  return `${head}<path d="${path}" fill="none" stroke="${stroke}" stroke-width="${short(width)}"${dashed ? ' stroke-dasharray="4 3"' : ""}/>`;
}

function short(value) { return Math.round(value * 10) / 10; }
