/** Where a reader stands in an input, in AWS's spelling, e.g. `changeBatch.changes.1.member.action`. Costs nothing until it is asked for. */

/** AWS spells the path to a member with a lower-case first letter. */
export function memberPath(parent: string, member: string): string {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return parent === "" ? name : `${parent}.${name}`;
}

/** Items count from 1; `index` from 0. */
function itemPath(parent: string, index: number): string {
  return `${parent}.${index + 1}.member`;
}

interface MapKey {
  readonly key: string;
}

export class InputPath {
  readonly #steps: (string | number | MapKey)[] = [];

  /** Into a member of a structure. */
  enter(name: string): void {
    this.#steps.push(name);
  }

  /** Into an item of a list, counted from 0. */
  enterItem(index: number): void {
    this.#steps.push(index);
  }

  /** Into the value of a map's entry. */
  enterValue(key: string): void {
    this.#steps.push({ key });
  }

  leave(): void {
    this.#steps.pop();
  }

  get atTop(): boolean {
    return this.#steps.length === 0;
  }

  toString(): string {
    return this.#steps.reduce<string>((path, step) => {
      if (typeof step === "number") return itemPath(path, step);
      return typeof step === "string" ? memberPath(path, step) : `${path}.${step.key}.member`;
    }, "");
  }
}
