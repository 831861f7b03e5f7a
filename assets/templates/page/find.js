// What a text finds in a book. What only Python can tell (which gradient is NaN, what is frozen) it
// told when the page was made, as answers; here texts are looked for, and nothing is worked out.

// The things that a text finds at a moment, each with why; null for what cannot be answered here.
function sought(data, book, moment, text) {
  const wanted = text.trim().split(/\s+/).join(" ").toLowerCase();
  const answer = book.answers.find(each => each.asked.includes(wanted));
  if (answer) {
    const told = at(answer.told, moment);
    return told && new Map(told.map(([thing, why]) => [thing, data.notes[why]]));
  }
  if (/[<>=!]/.test(wanted)) return null;
  const words = wanted.split(/[ ,]+/).filter(Boolean), found = new Map();
  book.things.forEach((known, thing) => {
    const texts = [...known.q ?? [], ...known.s ?? []].map(note => data.notes[note]);
    const holds = words.map(word => texts.find(each => has(each, word)));
    if (words.length && holds.every(each => each !== undefined)) found.set(thing, [...new Set(holds)].join(", "));
  });
  return new Map([...found].sort(([a], [b]) => rank(book, a) - rank(book, b)));
}

// Torch calls every leaf AccumulateGrad, in which many a word is by chance.
function has(text, word) {
  const folded = text.toLowerCase();
  return folded === "accumulategrad" ? folded.startsWith(word) : folded.includes(word);
}

function rank(book, thing) { return book.things[thing].m?.[0] ?? Infinity; }

// What is on the way that the page was made with: things, and the numbers of wires by inset.
function way_of(book) {
  if (!book.way) return null;
  return book.on ??= {
    things: new Set(book.way.things),
    wires: new Map(Object.entries(book.way.wires).map(([inset, wires]) => [Number(inset), new Set(wires)])),
  };
}

// Where what was found is to be seen: each visible thing with the numbers of what is in it.
function seen(book, found, open) {
  const marks = new Map();
  [...found.keys()].forEach((thing, n) => {
    const where = shown(book, thing, open);
    marks.set(where, [...marks.get(where) ?? [], n + 1]);
  });
  return marks;
}

// 3, or 3–5 if nothing is between, else 3 … 9.
function numbered(numbers) {
  const first = numbers[0], last = numbers[numbers.length - 1];
  if (first === last) return String(first);
  return last - first === numbers.length - 1 ? `${first}–${last}` : `${first} … ${last}`;
}
