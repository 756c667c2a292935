import type { Decision, Place, SeenAtom } from "@mcpolicy/core";
import { printable, type Source } from "@mcpolicy/diagnostics";
import type { Failure } from "../run.ts";

/**
 * Why a case failed, as lines safe to print: expected and got, the rules that decided with the atoms they saw, each under its
 * source line; for a default denial the nearest `allow` and what failed in it.
 */
export function failureLines(failure: Failure, sources: ReadonlyMap<string, Source>): readonly string[] {
  const head = printable(`expected ${failure.expected}, got ${failure.got}`);
  if (failure.internal) return [head, "this is a bug of mcpolicy: please report it with the policy and this case"];
  return failure.decision === undefined ? [head] : [head, ...decisionLines(failure.decision, sources)];
}

const verbs: Readonly<Record<string, string>> = { allow: "allowed by", deny: "denied by" };

function decisionLines(decision: Decision, sources: ReadonlyMap<string, Source>): readonly string[] {
  const { kept, told, rules, effect } = decision;
  const lines = rules.map(({ id, place, matched }) => {
    const how = matched === "unknown" ? " (a value could not be read, and a deny then matches)" : "";
    return printable(`${verbs[effect] ?? "decided by"} "${id}" at ${placeText(place)}${how}`);
  });
  if (kept.hidden === true) lines.push("the operation is hidden from this caller's list, and answered as unknown");
  for (const { pointer, expected } of told.violations ?? []) {
    lines.push(printable(`${pointer === "" ? "the arguments" : pointer}: ${expected}`));
  }
  const seen = kept.nearest === undefined ? kept.atoms.flatMap((atom) => atomLines(atom, sources)) : [];
  lines.push(...(seen.length > 0 ? seen : rules.flatMap(({ place }) => sourceLine(place, sources))));
  if (kept.nearest !== undefined) {
    const { id, place, because, failed } = kept.nearest;
    lines.push(printable(`the nearest allow is "${id}" at ${placeText(place)}${because === "" ? "" : `: ${because}`}`));
    if (failed !== undefined) lines.push(...atomLines(failed, sources));
  }
  for (const note of kept.notes) lines.push(printable(`note: ${note}`));
  return lines;
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function sourceLine({ file, line }: Place, sources: ReadonlyMap<string, Source>): readonly string[] {
  const text = sources.get(file)?.line(line);
  return text === undefined ? [] : [`${line} │ ${printable(text)}`];
}

/** The line of an atom, and below it what the atom was and read. */
function atomLines(atom: SeenAtom, sources: ReadonlyMap<string, Source>): readonly string[] {
  const remark = printable([atom.truth, ...atom.read].join(atom.read.length > 0 ? ": " : ""));
  const line = sources.get(atom.place.file)?.line(atom.place.line);
  if (line === undefined) return [`${printable(atom.text)} is ${remark}`];
  const points = [...line];
  const before = printable(points.slice(0, atom.place.column - 1).join(""));
  const rest = [...printable(points.slice(atom.place.column - 1).join(""))].length;
  const width = Math.max(1, Math.min([...printable(atom.text)].length, rest));
  const gutter = String(atom.place.line);
  return [
    `${gutter} │ ${printable(line)}`,
    `${" ".repeat(gutter.length)} │ ${" ".repeat([...before].length)}${"^".repeat(width)} ${remark}`,
  ];
}
