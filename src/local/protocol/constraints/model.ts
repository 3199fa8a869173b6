/** The form of the generated tables beside this file: what the API model of a service demands of its inputs. */

/** A member, item, key or value that names no shape of the table has no constraint. */
export type ShapeConstraints =
  | { readonly is: "structure"; readonly members: Readonly<Record<string, string>> }
  | {
      readonly is: "list";
      readonly item?: string;
      /** Items. */
      readonly min?: number;
      readonly max?: number;
      /** Its values are not repeated in errors. */
      readonly sensitive?: boolean;
    }
  | {
      readonly is: "map";
      readonly key?: string;
      readonly value?: string;
      /** Entries. */
      readonly min?: number;
      readonly max?: number;
      readonly sensitive?: boolean;
    }
  | ScalarConstraints;

export type ScalarConstraints =
  | {
      readonly is: "text";
      /** UTF-16 code units of a text, bytes of a blob. */
      readonly min?: number;
      readonly max?: number;
      /** A Java pattern for the whole text. */
      readonly pattern?: string;
      readonly sensitive?: boolean;
    }
  | { readonly is: "enum"; readonly values: readonly string[]; readonly sensitive?: boolean }
  | { readonly is: "integer"; readonly bits: number; readonly min?: number; readonly max?: number }
  | { readonly is: "number"; readonly min?: number; readonly max?: number };

export interface ModelConstraints {
  /** The model that the table was generated from, with its version. */
  readonly source: string;
  /** The input shape of each operation that has constraints. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, ShapeConstraints>>;
  /** Members of an input that the service reports by the name of their shape, e.g. Route 53's `ResourceId` for `HostedZoneId`. */
  readonly reportedByShape?: readonly string[];
}
