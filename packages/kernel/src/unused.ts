import { keyOf, parsed, propertyOf, visit } from "./syntax.ts";

/** A property that only builds use, or only operators read: of records in some files. */
interface Unused {
  readonly files: RegExp;
  readonly names: readonly string[];
  /** What stands in the place of its value; without it the property goes. */
  readonly instead?: string;
  /** Only of records that have this one too. */
  readonly beside?: string;
}

const unused: readonly Unused[] = [
  { files: /core\/src\/schema\//, names: ["emit", "code", "must", "accepts"] },
  // Why a text is unreadable is for operators; of paths it is told, where a schema asks for one.
  { files: /core\/src\/readers\/(?!path)\w+\.ts$/, names: ["why"], beside: "read" },
  { files: /core\/src\/readers\/(?!path)\w+\.ts$/, names: ["why"], instead: 'why: ""' },
];

/** The code of a file without what is unused. */
export function withoutUnused(path: string, code: string): string {
  return unused.filter(({ files }) => files.test(path)).reduce(without, code);
}

function without(code: string, { names, instead = "", beside }: Unused): string {
  const cuts: { readonly start: number; readonly end: number }[] = [];
  visit(parsed(code), (node) => {
    if (node.type !== "ObjectExpression") return;
    if (beside !== undefined && propertyOf(node, beside) === undefined) return;
    for (const each of node.properties) {
      if (each.type === "Property" && !each.computed && names.includes(keyOf(each.key))) cuts.push(each);
    }
  });
  let out = "";
  let at = 0;
  for (const { start, end } of cuts.toSorted((a, b) => a.start - b.start)) {
    // What stands within a property that is cut goes with it.
    if (start < at) continue;
    out += code.slice(at, start) + instead;
    at = instead === "" && code[end] === "," ? end + 1 : end;
  }
  return out + code.slice(at);
}
