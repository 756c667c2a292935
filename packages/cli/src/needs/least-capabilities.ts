import type { CheckedBranch, CheckedPolicy } from "@mcpolicy/language";
import { isAbout } from "../is-about.ts";
import type { NeededTool } from "./needed-tools.ts";

/** Capabilities that together hold some tools, and what they hold beside them. */
export interface Least {
  readonly capabilities: readonly string[];
  /** Operations beyond what is needed. */
  readonly beyond: number;
  /** No other choice holds less; false where there were too many to try. */
  readonly isLeast: boolean;
}

/** What a capability holds: its operations as texts, each once. */
export type Held = ReadonlyMap<
  string,
  { readonly operations: ReadonlySet<string>; readonly holds: (tool: NeededTool) => boolean }
>;

/** Of each capability of a policy. */
export function heldBy({ capabilities }: CheckedPolicy): Held {
  return new Map(
    Object.entries(capabilities).map(([name, branches]) => {
      const operations = new Set(branches.flatMap((branch) => branch.operations.map((each) => JSON.stringify(each))));
      return [name, { operations, holds: (tool) => areAbout(branches, tool) }];
    }),
  );
}

/** Whether a rule or a capability of these branches speaks of a tool. */
export function areAbout(branches: readonly CheckedBranch[], { server, name }: NeededTool): boolean {
  const tool = { kind: "tool", server, name } as const;
  return branches.some(
    ({ operations, except }) =>
      operations.some((each) => isAbout(each, tool)) && !except.some((each) => isAbout(each, tool)),
  );
}

/** So many choices are tried. */
const mostTries = 100_000;

/**
 * The capabilities that hold each of these tools and least beside them; of several such the fewest, then the first by name. Each tool is
 * held by some capability, or left aside.
 */
export function leastCapabilities(tools: readonly NeededTool[], held: Held): Least {
  const options = new Map(
    tools.map((tool) => [tool, [...held].filter(([, { holds }]) => holds(tool)).map(([name]) => name)]),
  );
  const wanted = [...options].filter(([, names]) => names.length > 0).sort(([, a], [, b]) => a.length - b.length);
  const cost = (chosen: readonly string[]): number =>
    new Set(chosen.flatMap((name) => [...(held.get(name)?.operations ?? [])])).size;
  let best: { readonly chosen: readonly string[]; readonly cost: number } | undefined;
  let tries = 0;
  const isBetter = (chosen: readonly string[], price: number): boolean =>
    best === undefined ||
    price < best.cost ||
    (price === best.cost &&
      (chosen.length < best.chosen.length ||
        (chosen.length === best.chosen.length && chosen.join() < best.chosen.join())));

  const choose = (chosen: readonly string[]): void => {
    tries += 1;
    const price = cost(chosen);
    // What is added to a choice never makes it smaller.
    if (best !== undefined && (price > best.cost || tries > mostTries)) return;
    const next = wanted.find(([, names]) => !names.some((name) => chosen.includes(name)));
    if (next === undefined) {
      const sorted = chosen.toSorted();
      if (isBetter(sorted, price)) best = { chosen: sorted, cost: price };
      return;
    }
    const cheapestFirst = next[1].toSorted((a, b) => cost([...chosen, a]) - cost([...chosen, b]) || (a < b ? -1 : 1));
    for (const name of cheapestFirst) choose([...chosen, name]);
  };
  choose([]);
  const capabilities = best?.chosen ?? [];
  return { capabilities, beyond: Math.max(0, (best?.cost ?? 0) - wanted.length), isLeast: tries <= mostTries };
}
