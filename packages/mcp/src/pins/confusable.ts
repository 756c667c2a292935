import { distance } from "fastest-levenshtein";

/** Two tools of two servers that a model, or a person, may take for one another. */
export interface Lookalike {
  readonly a: { readonly server: string; readonly tool: string };
  readonly b: { readonly server: string; readonly tool: string };
  /** `same`: the very name; `confusable`: it looks like it; `near`: a letter or two apart. */
  readonly how: "same" | "confusable" | "near";
}

/** Names shorter than this are near to many others by nature. */
const SHORT = 6;

/** How many letters apart names are near. */
const NEAR = 2;

/** Tools of different servers whose names are the same, look alike, or differ by two letters at most. Servers are compared as they are named in the policy. */
export function lookalikes(servers: Readonly<Record<string, readonly string[]>>): readonly Lookalike[] {
  const all = Object.entries(servers).flatMap(([server, tools]) => tools.map((tool) => ({ server, tool })));
  return all.flatMap((a, at) =>
    all.slice(at + 1).flatMap((b): readonly Lookalike[] => {
      if (a.server === b.server) return [];
      const how = howAlike(a.tool, b.tool);
      return how === undefined ? [] : [{ a, b, how }];
    }),
  );
}

function howAlike(a: string, b: string): Lookalike["how"] | undefined {
  if (a === b) return "same";
  const [left, right] = [skeleton(a), skeleton(b)];
  if (left === right) return "confusable";
  const isNear =
    Math.min(a.length, b.length) >= SHORT && Math.abs(a.length - b.length) <= NEAR && distance(a, b) <= NEAR;
  return isNear ? "near" : undefined;
}

/** Letters and digits that look alike in usual fonts, as one; what joins words left out. Names are ASCII (`isToolName`). */
function skeleton(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[-_.]/g, "")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll(/[1i|]/g, "l")
    .replaceAll("0", "o")
    .replaceAll("5", "s")
    .replaceAll("2", "z");
}
