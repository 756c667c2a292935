import {
  type Code,
  type ConditionIr,
  joinCode,
  js,
  type OperandIr,
  operatorById,
  read,
  type Subject,
} from "@mcpolicy/core";
import type { Emission } from "./emission.ts";
import type { Frame } from "./frame.ts";
import { ownFunction } from "./read-code.ts";

/** More letters are not worth the questions. */
const MOST_LETTERS = 4;

const SLASH = 0x2f;

/**
 * Code of whether a path that every allow about a subject needs to lie in certain places lies elsewhere, by its first letter; undefined where there is
 * none. To read a path takes longer than all else that is asked of it, and of what is refused most lies elsewhere.
 *
 * The first letter of an absolute text is that of the path that it is read as, unless it is a slash: nothing but slashes folds.
 */
export function elsewhereCode({ deciding, server }: Subject, frame: Frame, emission: Emission): Code | undefined {
  const allows = deciding.filter(({ sort }) => sort === "allow");
  const conditions = allows.flatMap(({ branches }) => branches.map(({ condition }) => condition));
  const [needed] = lettersOf({ kind: "or", parts: conditions }, server.root);
  if (needed === undefined || needed[1].size > MOST_LETTERS) return undefined;
  const [name, letters] = needed;
  const own = ownFunction("args", name, emission);
  const isNone = [SLASH, ...letters].map((each) => js`letter !== ${each}`);
  const test = emission.function(
    "f",
    (self) => js`const ${self} = (from) => {
  const value = ${own}(from);
  if (typeof value !== "string" || value.charCodeAt(0) !== ${SLASH}) return false;
  const letter = value.charCodeAt(1);
  return ${joinCode(isNone, js` && `)};
};`,
  );
  return js`${test}(${frame.start("args")})`;
}

/** The first letters, as UTF-16 units, of the places in one of which a path lies where a condition is surely true, by the argument that is read as that path. */
type Letters = ReadonlyMap<string, ReadonlySet<number>>;

const none: Letters = new Map();

function lettersOf(condition: ConditionIr, root: string | undefined): Letters {
  switch (condition.kind) {
    case "and":
      return new Map(condition.parts.flatMap((part) => [...lettersOf(part, root)]));
    case "or": {
      const [first = none, ...others] = condition.parts.map((part) => lettersOf(part, root));
      const inAll = [...first].filter(([name]) => others.every((each) => each.has(name)));
      return new Map(
        inAll.map(([name, letters]) => [
          name,
          new Set([...letters, ...others.flatMap((each) => [...(each.get(name) ?? [])])]),
        ]),
      );
    }
    case "atom":
      return lettersOfAtom(condition.operand, root);
    default:
      return none;
  }
}

function lettersOfAtom(atom: OperandIr, root: string | undefined): Letters {
  if (atom.kind !== "apply") return none;
  const [left, right] = atom.operands;
  const { beginnings } = operatorById(atom.operator);
  if (beginnings === undefined || right?.kind !== "constant" || left?.kind !== "reference") return none;
  const [name, ...further] = left.path;
  if (left.root !== "args" || left.as.kind !== "path" || typeof name !== "string" || further.length > 0) return none;
  const constant = read(right.as, right.value, root);
  if (constant === undefined) return none;
  const letters = beginnings(constant).map(firstLetter);
  return letters.includes(undefined) ? none : new Map([[name, new Set(letters as number[])]]);
}

/** The unit after the slash that a path begins with; undefined where the text does not say which it is. */
function firstLetter(text: string): number | undefined {
  const isPlain = text.length > 1 && text.charCodeAt(0) === SLASH && text.charCodeAt(1) !== SLASH;
  return isPlain ? text.charCodeAt(1) : undefined;
}
