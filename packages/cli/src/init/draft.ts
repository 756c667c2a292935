import type { PinFile, PinnedTool } from "@mcpolicy/core";
import { Source } from "@mcpolicy/diagnostics";
import { parse, print } from "@mcpolicy/language";
import { type Use, useOf } from "./classify.ts";

/** A tool and what a first policy makes of it. */
export interface Judged {
  readonly tool: PinnedTool;
  readonly use: Use;
}

export interface Plan {
  readonly server: string;
  readonly root: string;
  readonly tools: readonly Judged[];
}

export const denyName = "nothing that changes";

/** Judges each tool of a server. */
export function planOf(pins: PinFile, server: string, root: string): Plan {
  return { server, root, tools: pins.tools.map((tool) => ({ tool, use: useOf(tool, root) })) };
}

/** The tools of a plan that are put to one use. */
export function toolsUsed<K extends Use["kind"]>(
  plan: Plan,
  kind: K,
): readonly { readonly tool: PinnedTool; readonly use: Extract<Use, { readonly kind: K }> }[] {
  return plan.tools.flatMap(({ tool, use }) =>
    use.kind === kind ? [{ tool, use: use as Extract<Use, { readonly kind: K }> }] : [],
  );
}

/** A first policy, in its canonical form: reads below the root, nothing that changes, all else left to whoever looks at it. */
export function draftPolicy(plan: Plan, pinsPath: string): string {
  const { server, root } = plan;
  const reads = toolsUsed(plan, "read");
  const unclear = toolsUsed(plan, "unclear");
  const changes = toolsUsed(plan, "change");
  const rooted = reads.some(({ use }) => use.paths.length > 0) ? ` root ${JSON.stringify(root)}` : "";
  const lines = [
    "mcpolicy 1",
    "",
    `/// A first policy for ${server}: readers read, nobody changes anything. Go through it, and give each role what it needs.`,
    "",
    `server ${server} from ${JSON.stringify(pinsPath)}${rooted}`,
    "",
  ];
  if (reads.length > 0) {
    lines.push(`capability read:${server} {`);
    const byCondition = Map.groupBy(reads, ({ use }) => use.conditions.map(grouped).join(" and "));
    for (const [condition, tools] of byCondition) {
      const names = tools.map(({ tool }) => operation(server, tool.name)).join(", ");
      lines.push(`  ${names}${condition === "" ? "" : ` when ${condition}`}`);
    }
    lines.push("}", "", `role reader { read:${server} }`, "");
  }
  if (changes.length > 0) {
    const names = changes.map(({ tool }) => operation(server, tool.name)).join(", ");
    lines.push(`deny ${JSON.stringify(denyName)} ${names}`);
    lines.push(`  because "This changes something, or may. The policy only lets read; ask its owner for a rule."`);
  }
  if (unclear.length > 0) {
    lines.push("", "// Not allowed yet: look at these and decide.");
    for (const { tool, use } of unclear) lines.push(`// ${server}.${tool.name}: ${use.why}.`);
  }
  return print(parse(new Source("draft.mcpolicy", `${lines.join("\n")}\n`)).policy);

  /** A quantifier takes one condition, so beside `and` it stands in parentheses. */
  function grouped(condition: string, _index: number, all: readonly string[]): string {
    return all.length > 1 && / and /.test(condition) && !condition.startsWith("(") ? `(${condition})` : condition;
  }
}

function operation(server: string, tool: string): string {
  return `${server}.${/^[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*$/.test(tool) ? tool : JSON.stringify(tool)}`;
}
