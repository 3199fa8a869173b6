// A small seeded generator: the same seed and request number make the same bytes, so that a failure can be run again.

/** A stream of numbers in [0, 1) (mulberry32), with what mutations ask of it. */
export function randomOf(seed, number) {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35)) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  // The first numbers of neighbouring states are alike.
  for (let i = 0; i < 4; i++) next();
  return {
    next,
    /** In [0, below). */
    below: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)],
  };
}
