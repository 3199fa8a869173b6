/** A stream of numbers in [0, 1), with what mutations ask of it. */
export interface Random {
  next(): number;
  /** In [0, below). */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** The same seed and number give the same stream. */
export function randomOf(seed: number, number: number): Random;
