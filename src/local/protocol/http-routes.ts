/** Finds the operation of a REST request: method and path against the URI templates of the model. */

import { MalformedRequestError } from "./aws-error.ts";
import type { Operation } from "./operation.ts";

type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "label"; readonly member: string }
  /** `{Key+}`: takes the rest of the path, slashes included. */
  | { readonly kind: "greedy"; readonly member: string };

interface Route {
  readonly operation: Operation;
  readonly method: string;
  readonly segments: readonly Segment[];
  /** Query parameters that the template fixes, e.g. `?versions` or `?list-type=2`; the value is undefined for a bare name. */
  readonly query: readonly (readonly [name: string, value: string | undefined])[];
  readonly literals: number;
}

export interface FoundRoute {
  readonly operation: Operation;
  /** Decoded, by member name. */
  readonly labels: Readonly<Record<string, string>>;
}

function segmentOf(text: string): Segment {
  const label = /^\{([^}+]+)(\+?)\}$/.exec(text);
  const member = label?.[1];
  if (member === undefined) return { kind: "literal", text };
  return { kind: label?.[2] === "+" ? "greedy" : "label", member };
}

function routeOf(operation: Operation): Route | undefined {
  if (operation.http === undefined) return undefined;
  const [path = "", query = ""] = operation.http.uri.split("?", 2);
  const segments = path.split("/").slice(1).map(segmentOf);
  return {
    operation,
    method: operation.http.method,
    segments,
    query: query
      .split("&")
      .filter((part) => part !== "")
      .map((part) => {
        const [name = "", value] = part.split("=", 2);
        return [name, value];
      }),
    literals: segments.filter((segment) => segment.kind === "literal").length,
  };
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MalformedRequestError(`the path holds a malformed percent-encoding: '${text}'`);
  }
}

function labelsOf(route: Route, parts: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.kind === "literal") {
      if (part !== segment.text) return undefined;
    } else if (segment.kind === "label") {
      if (part === "") return undefined;
      labels[segment.member] = decodeSegment(part);
    } else {
      // A greedy label ends where the literals after it begin.
      const after = route.segments.length - index - 1;
      const end = parts.length - after;
      if (end <= index) return undefined;
      labels[segment.member] = parts.slice(index, end).map(decodeSegment).join("/");
      const rest = route.segments.slice(index + 1);
      return rest.every((one, i) => one.kind === "literal" && one.text === parts[end + i]) ? labels : undefined;
    }
  }
  return parts.length === route.segments.length ? labels : undefined;
}

export class HttpRoutes {
  readonly #bySize = new Map<string, Route[]>();
  readonly #greedy: Route[] = [];

  constructor(operations: Iterable<Operation>) {
    const routes = [...operations].map(routeOf).filter((route) => route !== undefined);
    // The more a template fixes, the earlier it is tried.
    routes.sort((a, b) => b.literals - a.literals || b.query.length - a.query.length);
    for (const route of routes) {
      if (route.segments.some((segment) => segment.kind === "greedy")) {
        this.#greedy.push(route);
        continue;
      }
      const key = `${route.method} ${route.segments.length}`;
      const same = this.#bySize.get(key);
      if (same === undefined) this.#bySize.set(key, [route]);
      else same.push(route);
    }
  }

  /** `path` is still percent-encoded. A trailing slash makes no difference unless the template has it. */
  find(method: string, path: string, query: URLSearchParams): FoundRoute | undefined {
    const parts = path.split("/").slice(1);
    const found = this.#find(method, parts, query);
    if (found !== undefined || parts.length < 2 || parts.at(-1) !== "") return found;
    return this.#find(method, parts.slice(0, -1), query);
  }

  #find(method: string, parts: readonly string[], query: URLSearchParams): FoundRoute | undefined {
    for (const routes of [this.#bySize.get(`${method} ${parts.length}`) ?? [], this.#greedy]) {
      for (const route of routes) {
        if (route.method !== method) continue;
        if (!route.query.every(([name, value]) => (value === undefined ? query.has(name) : query.get(name) === value)))
          continue;
        const labels = labelsOf(route, parts);
        if (labels !== undefined) return { operation: route.operation, labels };
      }
    }
    return undefined;
  }
}
