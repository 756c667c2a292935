import { messageOf, type PolicyIr, schemaChecker } from "@mcpolicy/core";
import { schemasOf } from "./checked-tools.ts";

/** A policy of which no module can be made: the message says what of it, and why. */
export class ModuleError extends Error {
  override readonly name = "ModuleError";
}

/** Throws where a schema is none, is of an unknown dialect, or refers to something outside: a module has its checks made when it is built. */
export function demandCheckable(ir: PolicyIr): void {
  for (const { server, tool, schema } of schemasOf(ir)) {
    try {
      schemaChecker(schema, { root: undefined, formats: new Map() });
    } catch (problem) {
      const why = messageOf(problem);
      throw new ModuleError(`the arguments of \`${server}.${tool}\` cannot be checked: ${why}`, { cause: problem });
    }
  }
}
