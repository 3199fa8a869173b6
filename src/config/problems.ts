/** Collects every mistake of a file, so that a person sees all of them at once, in the order of the lines. */

import { Failure, type SourcePlace } from "../errors.ts";
import type { SourcePath } from "./config.ts";
import { pathText } from "./schema-problems.ts";
import { withOthers } from "./several-failures.ts";
import { placeText } from "./source-tree.ts";
import type { YamlSource } from "./yaml-source.ts";

export interface Problem {
  /** Without the leading `config.`. */
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

export class Problems {
  readonly #source: YamlSource;
  readonly #failures: Failure[] = [];

  constructor(source: YamlSource) {
    this.#source = source;
  }

  /** A mistake in the value at `path`. */
  at(path: SourcePath, problem: Problem): void {
    this.inFile(this.#source.placeOf(path), problem);
  }

  /** A mistake in the key itself. */
  atKey(path: SourcePath, problem: Problem): void {
    this.inFile(this.#source.placeOfKey(path), problem);
  }

  /** A mistake in another file, e.g. a traffic policy document. */
  inFile(where: SourcePlace, problem: Problem): void {
    this.#failures.push(
      new Failure({
        kind: "usage",
        code: `config.${problem.code}`,
        message: problem.message,
        where,
        next: problem.next,
      }),
    );
  }

  /** What people call a place: `records[0].values`, counted in its own file. */
  textOf(path: SourcePath): string {
    return pathText(this.#source.ownPath(path));
  }

  /** `r53kit.yaml:4:5` */
  placeText(path: SourcePath): string {
    return placeText(this.#source.placeOf(path));
  }

  /** A scalar as it is written in the file; undefined for anything else. */
  writtenAt(path: SourcePath): string | undefined {
    return this.#source.writtenAt(path);
  }

  /** A failure made elsewhere, with what it carries. */
  add(failure: Failure): void {
    this.#failures.push(failure, ...failure.others);
  }

  get any(): boolean {
    return this.#failures.length > 0;
  }

  throwIfAny(): void {
    const inOrder = [...this.#failures].sort(
      (a, b) =>
        Number(a.where?.file !== this.#source.file) - Number(b.where?.file !== this.#source.file) ||
        byText(a.where?.file ?? "", b.where?.file ?? "") ||
        (a.where?.line ?? 0) - (b.where?.line ?? 0) ||
        (a.where?.column ?? 0) - (b.where?.column ?? 0),
    );
    const [first, ...others] = inOrder;
    if (first !== undefined) throw withOthers(first, others);
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
