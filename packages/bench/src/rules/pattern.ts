/** What a pattern of `like` asks, in the simplest words that say it. */
export type PatternTest =
  | { readonly kind: "is" | "starts with" | "ends with" | "contains"; readonly text: string }
  | { readonly kind: "matches"; readonly text: string };

/** The simplest test for a pattern; `matches` holds the source of a regular expression for the whole text. */
export function testOf(pattern: string): PatternTest {
  const [first = "", second, third, ...more] = pattern.split("*");
  if (second === undefined) return { kind: "is", text: first };
  if (third === undefined && second === "") return { kind: "starts with", text: first };
  if (third === undefined && first === "") return { kind: "ends with", text: second };
  if (more.length === 0 && first === "" && third === "") return { kind: "contains", text: second };
  return { kind: "matches", text: regexSourceOf(pattern) };
}

/** An anchored regular expression for a pattern. */
export function regexSourceOf(pattern: string): string {
  const escaped = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return `^${escaped.join("[\\s\\S]*")}$`;
}

/** Whether a text matches a pattern: greedy, with one place to go back to; for engines that let functions be given to them. */
export function isLike(text: string, pattern: string): boolean {
  let [at, in_, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (in_ < pattern.length && pattern[in_] === "*") {
      star = in_++;
      mark = at;
    } else if (in_ < pattern.length && pattern[in_] === text[at]) {
      at++;
      in_++;
    } else if (star >= 0) {
      in_ = star + 1;
      at = ++mark;
    } else return false;
  }
  while (in_ < pattern.length && pattern[in_] === "*") in_++;
  return in_ === pattern.length;
}
