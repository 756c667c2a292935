import type { Span } from "@mcpolicy/diagnostics";
import type { Entry, MapTree, Tree } from "./tree.ts";

/** One case of a test: what each of its steps says, with what it takes over from the test. */
export interface Combination {
  readonly name: string;
  readonly span: Span;
  readonly steps: readonly Said[];
}

/** What a step says with what it takes over, and what it says itself. */
export interface Said {
  readonly whole: MapTree;
  readonly own: MapTree;
}

/** What a test is given as, once its keys are checked: a table, steps, or neither. */
export interface Table {
  readonly rows: readonly MapTree[] | undefined;
  readonly steps: readonly MapTree[] | undefined;
}

type Entries = ReadonlyMap<string, Entry>;

/** Keys of a test that say nothing about a request. */
const ofTheTest: ReadonlySet<string> = new Set(["name", "only", "skip", "each", "steps"]);

/**
 * The matrix of a test: one case for each row of `each` and each combination of the values that stand in lists under the keys of
 * `spread`. A row or step takes from the test what it does not say itself; it replaces, but for
 * the facts of `context`, which add up.
 */
export function combinations(
  test: MapTree,
  name: string,
  { rows, steps }: Table,
  spread: readonly string[],
): readonly Combination[] {
  const base: Entries = new Map([...test.entries].filter(([key]) => !ofTheTest.has(key)));
  if (steps !== undefined) {
    return spreadOut(base, spread).map(({ entries, labels }) => ({
      name: titled(name, labels),
      span: test.span,
      steps: steps.map((own) => ({ own, whole: own.entries.has("wait") ? own : over(entries, own) })),
    }));
  }
  return (rows ?? [undefined]).flatMap((row, index) => {
    const span = row?.span ?? test.span;
    const whole = row === undefined ? base : over(base, row).entries;
    const title = row === undefined ? name : `${name}: ${rowName(row) ?? `row ${index + 1}`}`;
    return spreadOut(whole, spread).map(({ entries, labels }) => {
      const only: MapTree = { kind: "map", span, entries };
      return { name: titled(title, labels), span, steps: [{ whole: only, own: only }] };
    });
  });
}

interface Choice {
  readonly entries: Entries;
  readonly labels: readonly string[];
}

function spreadOut(entries: Entries, spread: readonly string[]): readonly Choice[] {
  return spread.reduce<readonly Choice[]>(
    (choices, key) =>
      choices.flatMap((choice) => {
        const entry = choice.entries.get(key);
        if (entry?.value.kind !== "list") return [choice];
        return entry.value.items.map((value) => ({
          entries: new Map([...choice.entries, [key, { key: entry.key, value }]]),
          labels: [...choice.labels, labelOf(value)],
        }));
      }),
    [{ entries, labels: [] }],
  );
}

function over(base: Entries, row: MapTree): MapTree {
  const entries = new Map([...base, ...row.entries]);
  const [outer, inner] = [base.get("context"), row.entries.get("context")];
  if (outer?.value.kind === "map" && inner?.value.kind === "map") {
    const facts = new Map([...outer.value.entries, ...inner.value.entries]);
    entries.set("context", { key: inner.key, value: { ...inner.value, entries: facts } });
  }
  return { kind: "map", span: row.span, entries };
}

function rowName(row: MapTree): string | undefined {
  const name = row.entries.get("name")?.value;
  return name?.kind === "scalar" && typeof name.value === "string" ? name.value : undefined;
}

function labelOf(tree: Tree): string {
  return tree.kind === "scalar" ? String(tree.value) : tree.kind;
}

function titled(name: string, labels: readonly string[]): string {
  return labels.length === 0 ? name : `${name} (${labels.join(", ")})`;
}
