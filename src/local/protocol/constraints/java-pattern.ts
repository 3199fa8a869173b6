/** The patterns of API models are Java's, and hold for the whole text; this is their translation. */

// What \s means in Java; in JavaScript it takes in the spaces of all Unicode.
const JAVA_SPACE = " \\t\\n\\x0b\\f\\r";

/** Rewrites what the two languages read differently; everything else is spelt alike. */
function translate(pattern: string): string {
  let inClass = false;
  return pattern.replace(/\\[\s\S]|[[\]]/g, (token) => {
    if (token === "[") inClass = true;
    else if (token === "]") inClass = false;
    else if (token === "\\s") return inClass ? JAVA_SPACE : `[${JAVA_SPACE}]`;
    else if (token === "\\S" && !inClass) return `[^${JAVA_SPACE}]`;
    return token;
  });
}

/** A regular expression that matches what `java.util.regex` matches with `matches()`. Throws a SyntaxError. */
export function javaPattern(pattern: string): RegExp {
  const whole = `^(?:${translate(pattern)})$`;
  try {
    return new RegExp(whole, "u");
  } catch {
    // Java takes a dash next to a class (`[\w-_]`) as itself; so does JavaScript, but not in its Unicode mode.
    return new RegExp(whole);
  }
}
