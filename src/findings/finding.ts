/** What a look at DNS found: one model for trace, verify and every other command that judges. Wording is data, in catalogues. */

/**
 * - `problem`: something is broken or answers wrongly; commands exit with 2
 * - `warning`: it works, and will bite
 * - `info`: worth knowing
 */
export type Severity = "problem" | "warning" | "info";

/** Where the rule comes from: an RFC section or an AWS page. */
export interface Reference {
  readonly title: string;
  readonly url: string;
}

export interface Finding {
  /** Stable, e.g. `delegation.lame`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what was found. */
  readonly message: string;
  /** What the sentence was made from. */
  readonly params: Readonly<Record<string, string>>;
  readonly reference: Reference;
  /** What to do about it. */
  readonly next?: string;
}

/** A catalogue's entry; `{name}` in its texts stands for a parameter. */
export interface FindingDefinition {
  readonly severity: Severity;
  readonly message: string;
  readonly reference: Reference;
  readonly next?: string;
}

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

/** The parameters that a definition's texts mention; the compiler asks for all of them and no others. */
export type ParamsOf<Definition extends FindingDefinition> = Readonly<
  Record<
    NamesIn<Definition["message"]> | (Definition["next"] extends string ? NamesIn<Definition["next"]> : never),
    string
  >
>;

function fill(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
}

/** Makes findings of a catalogue: `const finding = findingsOf({ "zone.lame": {...} }); finding("zone.lame", { server })`. */
export function findingsOf<const Catalogue extends Readonly<Record<string, FindingDefinition>>>(catalogue: Catalogue) {
  return <Code extends keyof Catalogue & string>(code: Code, params: ParamsOf<Catalogue[Code]>): Finding => {
    const { severity, message, reference, next } = catalogue[code] as FindingDefinition;
    return {
      code,
      severity,
      message: fill(message, params),
      params,
      reference,
      ...(next === undefined ? {} : { next: fill(next, params) }),
    };
  };
}

const ORDER: Readonly<Record<Severity, number>> = { problem: 0, warning: 1, info: 2 };

/** The worst first; the order found is kept among equals. */
export function worstFirst<One extends Finding>(findings: readonly One[]): One[] {
  return [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

export function hasProblems(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "problem");
}
