// Room along one axis for boxes that are larger or smaller than when they were laid out.

// A rising map of the axis that gives every span [from, to, room] its room: what lies between spans
// keeps its length, and what lies beside one is moved by as much as that takes.
function stretched(spans, end) {
  const ends = spans.flatMap(([from, to]) => [from, to]);
  const stops = [...new Set([0, end, ...ends])].sort((a, b) => a - b);
  if (spans.every(keeps)) return value => value;
  const places = placed(stops, slopes(stops, spans));
  const last = stops.length - 1;
  return value => {
    const low = before(stops, value);
    if (low < 0) return places[0] + value - stops[0];
    if (low >= last) return places[last] + value - stops[last];
    const slope = (places[low + 1] - places[low]) / (stops[low + 1] - stops[low]);
    return places[low] + (value - stops[low]) * slope;
  };
}

function keeps([from, to, room]) { return Math.abs(room - to + from) < .05; }

// How much longer each stretch between two stops becomes: as much as the widest of its spans asks;
// beside a span that keeps its length, no shorter.
function slopes(stops, spans) {
  const number = new Map(stops.map((stop, n) => [stop, n]));
  const asked = new Array(stops.length - 1).fill(null), kept = new Array(stops.length).fill(0);
  for (const span of spans) {
    const [from, to, room] = span, first = number.get(from), last = number.get(to);
    if (keeps(span)) { kept[first]++; kept[last]--; continue; }
    for (let n = first; n < last; n++) asked[n] = Math.max(asked[n] ?? 0, room / (to - from));
  }
  let over = 0;
  return asked.map((slope, n) => {
    over += kept[n];
    return slope === null ? 1 : over ? Math.max(slope, 1) : slope;
  });
}

function placed(stops, slopes) {
  const places = [stops[0]];
  slopes.forEach((slope, n) => places.push(places[n] + (stops[n + 1] - stops[n]) * slope));
  return places;
}

// The number of the last stop that is not beyond the value; -1 if all are.
function before(stops, value) {
  let low = -1, high = stops.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (stops[middle] <= value) low = middle; else high = middle;
  }
  return low;
}
