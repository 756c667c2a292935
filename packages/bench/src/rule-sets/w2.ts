import { randomOf } from "../random.ts";
import { and, atMost, like, type Rule, type RuleSet, received } from "../rules/rule.ts";
import { isBelow, readPath } from "./path-by-hand.ts";

/** N tools with a rule each: a role may call it below one directory, with a number up to 100. */
export function w2(count: number): RuleSet {
  const roles = Array.from({ length: Math.min(100, count) }, (_, index) => `role_${index}`);
  const roleOf = (index: number): string => roles[index % roles.length] as string;
  const rules = Array.from({ length: count }, (_, index): Rule => {
    const condition = and(like("path", `/data/${index}/*`), atMost("n", 100));
    return { id: `r${index}`, effect: "permit", roles: [roleOf(index)], tools: [`tool_${index}`], condition };
  });
  const schema = {
    type: "object",
    properties: { path: { type: "string", maxLength: 4096 }, n: { type: "integer" } },
    required: ["path", "n"],
    additionalProperties: false,
  };
  const ofTool = new Map(
    rules.map(({ tools }, index) => [
      tools[0] as string,
      { role: roleOf(index), directory: `/data/${index}`, folder: `/data/${index}/` },
    ]),
  );
  const { int, pick, chance } = randomOf(7 + count);
  const asked = Array.from({ length: 2000 }, () => {
    const index = int(0, count - 1);
    // One in four with another role, one in four below another directory, one in eight with too large a number.
    const kind = int(0, 3);
    const principal = { id: `u${int(0, 99)}`, role: kind === 0 ? pick(roles) : roleOf(index) };
    const path = `/data/${kind === 1 ? index + 1 : index}/f${int(0, 999)}`;
    const args = { path, n: kind === 2 && chance(0.5) ? 101 : int(0, 100) };
    return { principal, tool: `tool_${index}`, args };
  });
  return {
    name: `w2-${count}`,
    rules,
    roles,
    fields: { path: "path", n: "int" },
    schemas: new Map(rules.map(({ tools }) => [tools[0] as string, schema])),
    requests: received(asked),
    byHand: ({ tool, principal, args }) => {
      const found = ofTool.get(tool);
      if (found === undefined || found.role !== principal.role || !((args["n"] as number) <= 100)) return false;
      const path = readPath(args["path"] as string);
      return path !== undefined && isBelow(path, found.directory);
    },
    byHandRaw: ({ tool, principal, args }) => {
      const found = ofTool.get(tool);
      return (
        found !== undefined &&
        found.role === principal.role &&
        (args["n"] as number) <= 100 &&
        (args["path"] as string).startsWith(found.folder)
      );
    },
  };
}
