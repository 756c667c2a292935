import { randomOf } from "../random.ts";
import { like, type Rule, type RuleSet, received } from "../rules/rule.ts";
import { readPath } from "./path-by-hand.ts";

/** One tool with N rules: each lets one of up to 100 roles read below one directory. */
export function prefixes(count: number): RuleSet {
  const roles = Array.from({ length: Math.min(100, count) }, (_, index) => `role_${index}`);
  const roleOf = (index: number): string => roles[index % roles.length] as string;
  const folderOf = (index: number): string => `/data/${index % 97}/${index}`;
  const rules = Array.from({ length: count }, (_, index): Rule => {
    const condition = like("path", `${folderOf(index)}/*`);
    return { id: `r${index}`, effect: "permit", roles: [roleOf(index)], tools: ["read_file"], condition };
  });
  const schema = {
    type: "object",
    properties: { path: { type: "string", maxLength: 4096 } },
    required: ["path"],
    additionalProperties: false,
  };
  const roleOfFolder = new Map(rules.map((_, index) => [folderOf(index), roleOf(index)]));
  const { int, pick } = randomOf(11 + count);
  const asked = Array.from({ length: 2000 }, () => {
    const index = int(0, count - 1);
    // One in four with another role, one in four beside the directory.
    const kind = int(0, 3);
    const principal = { id: `u${int(0, 99)}`, role: kind === 0 ? pick(roles) : roleOf(index) };
    const path = `${folderOf(index)}${kind === 1 ? "x" : ""}/src/f${int(0, 999)}.ts`;
    return { principal, tool: "read_file", args: { path } };
  });
  /** All directories are two names below `/data`, so that one look at a table tells. */
  const isAllowed = (path: string, role: string): boolean => {
    const second = path.indexOf("/", path.indexOf("/", 6) + 1);
    return second > 0 && roleOfFolder.get(path.slice(0, second)) === role;
  };
  return {
    name: `prefixes-${count}`,
    rules,
    roles,
    fields: { path: "path" },
    schemas: new Map([["read_file", schema]]),
    requests: received(asked),
    byHand: ({ tool, principal, args }) => {
      if (tool !== "read_file") return false;
      const path = readPath(args["path"] as string);
      return path !== undefined && isAllowed(path, principal.role);
    },
    byHandRaw: ({ tool, principal, args }) => tool === "read_file" && isAllowed(args["path"] as string, principal.role),
  };
}
