import type { JsonObject, PinnedTool, Principal, Value } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import type { PathArgument } from "./classify.ts";
import { denyName, type Plan, toolsUsed } from "./draft.ts";
import { sampleOf } from "./sample.ts";

/** A test file that passes: what readers may do, that they stay below the root, that nothing changes, what each caller sees. */
export function draftTests(plan: Plan, policy: LoadedPolicy, policyPath: string): string {
  const { server, root } = plan;
  const reads = toolsUsed(plan, "read");
  const changes = toolsUsed(plan, "change").map(({ tool }) => tool);
  const unclear = toolsUsed(plan, "unclear").map(({ tool }) => tool);
  const reader: Principal = { id: "reader@example.com", roles: reads.length > 0 ? ["reader"] : [] };
  const effect = (tool: string, args: JsonObject): string =>
    policy.decide({
      principal: reader,
      operation: { kind: "tool", server, name: tool },
      arguments: args,
      context: { time: 0 },
    }).effect;
  const row = (tool: string, args: JsonObject, expect: Value): string =>
    `      - { call: ${JSON.stringify(`${server}.${tool}`)}, with: ${JSON.stringify(args)}, expect: ${JSON.stringify(expect)} }`;

  const allowed: string[] = [];
  const outside: string[] = [];
  for (const { tool, use } of reads) {
    const sample = sampleWith(tool, use.paths, `${root === "/" ? "" : root}/docs/README.md`);
    if (sample === undefined || effect(tool.name, sample) !== "allow") {
      allowed.push(`      # ${server}.${tool.name}: no example could be made of its schema`);
      continue;
    }
    allowed.push(row(tool.name, sample, "allow"));
    if (use.paths.length === 0) continue;
    for (const path of pathsOutside(root)) {
      const args = sampleWith(tool, use.paths, path)!;
      const expected = effect(tool.name, args);
      if (expected === "allow") throw new Error(`the draft lets ${tool.name} read ${path}, outside of ${root}`);
      outside.push(row(tool.name, args, expected));
    }
  }

  const names = (tools: readonly PinnedTool[]): string =>
    `[${tools.map(({ name }) => JSON.stringify(`${server}.${name}`)).join(", ")}]`;
  const tests = [
    ...block("readers read", allowed),
    ...block(`readers stay below ${root}`, outside),
    ...block(
      "nobody changes anything",
      changes.map(({ name }) => row(name, {}, { decision: "deny", rules: [denyName] })),
    ),
    ...block(
      "what nobody has looked at stays shut",
      unclear.map(({ name }) => row(name, {}, "deny")),
    ),
    "  - name: what a reader sees",
    "    as: reader",
    "    list: tools",
    `    expect: { includes: ${names(reads.map(({ tool }) => tool))}, excludes: ${names([...changes, ...unclear])} }`,
    "",
    "  - name: a caller without a role sees nothing",
    "    as: guest",
    "    list: tools",
    `    expect: { excludes: ${names(plan.tools.map(({ tool }) => tool))} }`,
  ];
  return [
    `policy: ${JSON.stringify(policyPath)}`,
    "principals:",
    `  reader: { id: ${reader.id}, roles: [${reader.roles.join(", ")}] }`,
    "  guest: { id: guest@example.com, roles: [] }",
    "context: { time: 2026-01-01T00:00:00Z }",
    "tests:",
    ...tests,
    "",
  ].join("\n");
}

function block(name: string, rows: readonly string[]): readonly string[] {
  if (rows.every((each) => each.trimStart().startsWith("#"))) return rows;
  return [`  - name: ${JSON.stringify(name)}`, "    as: reader", "    each:", ...rows, ""];
}

function sampleWith(tool: PinnedTool, paths: readonly PathArgument[], path: string): JsonObject | undefined {
  const wanted = new Set(paths.filter(({ optional }) => !optional).map(({ name }) => name));
  const sample = sampleOf(tool.inputSchema, (name) => (wanted.has(name) ? path : undefined));
  return typeof sample === "object" && sample !== null ? (sample as JsonObject) : undefined;
}

/** Three ways out: up, to a folder whose name only begins like the root's, and by an encoding. */
function pathsOutside(root: string): readonly string[] {
  if (root === "/") return ["/docs/../etc/passwd"];
  return [`${root}/../outside.txt`, `${root}-elsewhere/file.txt`, `${root}/%2e%2e/outside.txt`];
}
