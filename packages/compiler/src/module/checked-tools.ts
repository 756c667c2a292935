import type { JsonObject, PolicyIr, ServerIr } from "@mcpolicy/core";
import { plainSchema } from "./plain-schema.ts";
import { canAllow, type SubjectRules, subjectsOf } from "./subjects.ts";

/** What arguments of a server's tools must satisfy, by their names; of pinned tools nobody asks where no rule allows them. */
export function checkedTools(
  { untyped, checks = {}, tools }: ServerIr,
  subjects: readonly SubjectRules[],
): readonly (readonly [string, JsonObject])[] {
  const schemas = untyped
    ? Object.entries(checks)
    : subjects.flatMap(({ subject: { kind, name }, rules }): readonly (readonly [string, JsonObject])[] => {
        const tool = kind === "tool" && name !== undefined && canAllow(rules) ? tools[name] : undefined;
        return tool === undefined ? [] : [[name as string, tool.schema]];
      });
  return schemas.map(([name, schema]) => [name, plainSchema(schema)]);
}

/** What a module holds of the input schemas of a policy. */
export function schemasOf(
  ir: PolicyIr,
): readonly { readonly server: string; readonly tool: string; readonly schema: JsonObject }[] {
  const subjects = subjectsOf(ir);
  return ir.servers.flatMap((server) => {
    const own = subjects.filter(({ subject }) => subject.server === server);
    return checkedTools(server, own).map(([tool, schema]) => ({ server: server.name, tool, schema }));
  });
}
