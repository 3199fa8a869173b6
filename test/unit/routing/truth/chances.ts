/** Exact probabilities: fractions of whole numbers, and which answer has which. */

export interface Fraction {
  readonly over: number;
  readonly under: number;
}

/** Answers as text, each with its probability; answers that cannot happen are not in it. */
export type Chances = ReadonlyMap<string, Fraction>;

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

/** In lowest terms. Throws past what a number holds exactly. */
export function fraction(over: number, under: number): Fraction {
  if (!Number.isSafeInteger(over) || !Number.isSafeInteger(under)) throw new Error(`${over}/${under} is not exact`);
  const divisor = greatestCommonDivisor(over, under);
  return { over: over / divisor, under: under / divisor };
}

export const CERTAIN: Fraction = { over: 1, under: 1 };

export function times(one: Fraction, other: Fraction): Fraction {
  return fraction(one.over * other.over, one.under * other.under);
}

function plus(one: Fraction, other: Fraction): Fraction {
  const shared = greatestCommonDivisor(one.under, other.under);
  return fraction(
    one.over * (other.under / shared) + other.over * (one.under / shared),
    (one.under / shared) * other.under,
  );
}

/** Several ways to come by answers, each taken with a probability, as one. */
export function mixed(ways: Iterable<readonly [Chances, Fraction]>): Chances {
  const sum = new Map<string, Fraction>();
  for (const [chances, chance] of ways) {
    for (const [answer, share] of chances) {
      const known = sum.get(answer);
      const more = times(share, chance);
      sum.set(answer, known === undefined ? more : plus(known, more));
    }
  }
  return sum;
}

/** `{ a: "1/3", b: "2/3" }`, in the order of the answers: two that are equal have equal texts. */
export function shown(chances: Chances): Record<string, string> {
  const sorted = [...chances].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([answer, { over, under }]) => [answer, `${over}/${under}`]));
}

/** More paths than a test should wait for. */
const MOST_PATHS = 2_000_000;

/**
 * Runs something with every sequence of random numbers from the middles of `cells` equal parts of the unit interval, and
 * counts what comes of it. Exact where the number of cells of each draw is a multiple of every total that it is compared
 * with: each part then lies on one side of every border.
 */
export function overEveryDraw(
  cells: number | ((draw: number) => number),
  run: (random: () => number) => string,
): Chances {
  const cellsOf = typeof cells === "number" ? () => cells : cells;
  const path: number[] = [];
  /** By how many draws were made, which tells the probability of each path. */
  const counts = new Map<number, Map<string, number>>();
  let drawn = 0;
  const random = () => {
    const cell = path[drawn] ?? 0;
    path[drawn] = cell;
    return (cell + 0.5) / cellsOf(drawn++);
  };
  for (let paths = 0; paths < MOST_PATHS; paths++) {
    drawn = 0;
    const answer = run(random);
    const atDepth = counts.get(drawn) ?? new Map<string, number>();
    counts.set(drawn, atDepth);
    atDepth.set(answer, (atDepth.get(answer) ?? 0) + 1);
    path.length = drawn;
    while (path.length > 0) {
      const next = (path[path.length - 1] ?? 0) + 1;
      if (next < cellsOf(path.length - 1)) {
        path[path.length - 1] = next;
        break;
      }
      path.pop();
    }
    if (path.length > 0) continue;
    return mixed(
      [...counts].map(([draws, found]) => {
        const under = Array.from({ length: draws }, (_, draw) => cellsOf(draw)).reduce((all, more) => all * more, 1);
        return [new Map([...found].map(([text, count]) => [text, fraction(count, under)])), CERTAIN] as const;
      }),
    );
  }
  throw new Error(`more than ${MOST_PATHS} sequences of draws`);
}
