/** Wildcard matching as in IAM policies and shells: `*` is any run of characters, `?` any one. Linear in practice, never exponential. */

export function matchesGlob(pattern: string, text: string): boolean {
  let [p, t] = [0, 0];
  // Where to go on when what follows the last `*` does not fit: one character further.
  let [afterStar, retryAt] = [-1, 0];
  while (t < text.length) {
    if (pattern[p] === "*") {
      p += 1;
      afterStar = p;
      retryAt = t;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (afterStar !== -1) {
      retryAt += 1;
      p = afterStar;
      t = retryAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
