import { anything, type CharSet, complement, pairsOf } from "./charset.ts";
import { parseRegex } from "./regex.ts";
import type { Regular } from "./syntax.ts";

/**
 * A policy's regular expression as ECMAScript writes the same (flag `u`; ECMA-262, section 22.2), anchored, since a policy means the whole
 * text: there `.` leaves out line breaks and `\s` takes in spaces beyond ASCII. Expects one that `compileRegex` takes.
 */
export function regexToEcmascript(source: string): string {
  return `^(?:${print(parseRegex(source))})$`;
}

function print(node: Regular): string {
  switch (node.kind) {
    case "set":
      return printSet(node.set);
    case "sequence":
      return node.parts.map((part) => (part.kind === "choice" ? `(?:${print(part)})` : print(part))).join("");
    case "choice":
      return node.options.map(print).join("|");
    case "repeat":
      return `${node.body.kind === "set" ? print(node.body) : `(?:${print(node.body)})`}${printBounds(node)}`;
    case "assertion":
      // A policy's expressions have none.
      return "";
  }
}

function printBounds({ min, max }: Regular & { readonly kind: "repeat" }): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function printSet(set: CharSet): string {
  if (set.join() === anything.join()) return "[\\s\\S]";
  const others = complement(set);
  const isNegated = others.length < set.length;
  const pairs = pairsOf(isNegated ? others : set);
  const [first] = pairs;
  if (!isNegated && pairs.length === 1 && first![0] === first![1]) return printCharacter(first![0]);
  const members = pairs.map(([low, high]) => {
    if (low === high) return printCharacter(low);
    return `${printCharacter(low)}${high === low + 1 ? "" : "-"}${printCharacter(high)}`;
  });
  return `[${isNegated ? "^" : ""}${members.join("")}]`;
}

/** The same within a class and outside of it. */
function printCharacter(code: number): string {
  const character = String.fromCodePoint(code);
  if (code === 0x2d) return "\\x2d";
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  return "^$\\.*+?()[]{}|/".includes(character) ? `\\${character}` : character;
}
