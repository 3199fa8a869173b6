import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const pages = [
  ...readdirSync(root)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(root, name)),
  ...markdownFiles(join(root, "docs")),
];

/** The heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function anchorsOf(page: string): string[] {
  return [...readFileSync(page, "utf8").matchAll(/^#+\s+(.*)$/gm)].map((match) => anchorOf(match[1] ?? ""));
}

describe("the documents", () => {
  it("have links that lead somewhere", () => {
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
        const link = match[1] ?? "";
        if (/^(https?|mailto):/.test(link)) return [];
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? page : resolve(dirname(page), file);
        const leads =
          existsSync(target) && (anchor === undefined || !target.endsWith(".md") || anchorsOf(target).includes(anchor));
        return leads ? [] : [`${relative(root, page)}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it("name no file of the sources that is not there", () => {
    const gone = pages
      .filter((page) => !page.endsWith("CHANGELOG.md"))
      .flatMap((page) =>
        [...readFileSync(page, "utf8").matchAll(/`((?:src|test|bin)\/[\w./-]*\w)`/g)].flatMap((match) =>
          existsSync(join(root, match[1] ?? "")) ? [] : [`${relative(root, page)}: ${match[1]}`],
        ),
      );
    expect(gone).toEqual([]);
  });
});
