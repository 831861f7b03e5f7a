// What part of a picture is seen: a box {x, y, w, h} of it, in a room {w, h} of the screen.

const MARGIN = 28, LARGEST = 1.2;

// How many lengths of the picture a pixel is.
function scale(box, room) { return Math.max(box.w / room.w, box.h / room.h); }

function fitting(size) { return {x: 0, y: 0, w: size.w, h: size.h}; }

// All of it; of what could not be read then, the part around a point, or the top.
function beginning(size, room, focus) {
  if (scale(fitting(size), room) <= LARGEST) return fitting(size);
  const w = room.w * LARGEST, h = room.h * LARGEST, [x, y] = focus ?? [size.w / 2, h / 2];
  return {x: kept(x - w / 2, size.w - w), y: kept(y - h / 2, size.h - h), w, h};
}

function kept(value, room) { return room < 0 ? room / 2 : Math.min(Math.max(value, 0), room); }

// A point of the room as one of the picture, which is centred in it.
function pointed(box, room, x, y) {
  const by = scale(box, room);
  return [box.x + box.w / 2 + (x - room.w / 2) * by, box.y + box.h / 2 + (y - room.h / 2) * by];
}

// Closer by a factor, around a point of the picture; neither too close nor too far.
function zoomed(box, size, room, factor, [x, y]) {
  const by = scale(box, room) * factor, whole = scale(fitting(size), room);
  if (by < .05 || by > 4 * Math.max(whole, 1)) return box;
  return {x: x - (x - box.x) * factor, y: y - (y - box.y) * factor, w: box.w * factor, h: box.h * factor};
}

function moved(box, room, dx, dy) {
  const by = scale(box, room);
  return {...box, x: box.x - dx * by, y: box.y - dy * by};
}

// Moved no further than it takes to see an area of the room.
function brought(box, room, {left, top, right, bottom}) {
  const inside = left >= 0 && top >= 0 && right <= room.w && bottom <= room.h;
  if (inside) return box;
  return moved(box, room, room.w / 2 - (left + right) / 2, room.h / 2 - (top + bottom) / 2);
}

const WAYS = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]};

// Of areas by their keys, the key of the nearest one in a direction; undefined if there is none.
function beside(areas, from, [dx, dy]) {
  const middle = ({left, top, right, bottom}) => [(left + right) / 2, (top + bottom) / 2];
  const [x, y] = middle(areas.get(from));
  let best, least = Infinity;
  for (const [key, area] of areas) {
    const [ax, ay] = middle(area), ahead = (ax - x) * dx + (ay - y) * dy;
    const aside = Math.abs((ax - x) * dy) + Math.abs((ay - y) * dx);
    const far = ahead + 2 * aside;
    if (key !== from && ahead > 1 && aside <= 4 * ahead && far < least) [best, least] = [key, far];
  }
  return best;
}
