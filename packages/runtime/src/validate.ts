import {
  type JsonObject,
  messageOf,
  type SchemaChecker,
  type ServerIr,
  schemaChecker,
  type ToolIr,
  type Violation,
} from "@mcpolicy/core";
import { ajvReasons, dialectDocuments } from "./ajv.ts";
import { formats } from "./formats.ts";

/** Checks the arguments of one server's tools against their schemas. */
export interface Validator {
  /** A function that says whether arguments fit a tool's schema. Throws where the schema is none. */
  readonly check: (tool: string, schema: ToolIr["schema"]) => (args: JsonObject) => boolean;
  /** How arguments break it; empty where they do not. Throws as `check` does. */
  readonly violations: (tool: string, schema: ToolIr["schema"], args: JsonObject) => readonly Violation[];
}

/**
 * A validator of one server's tools. Each schema is made ready on first use and kept. Arguments are never changed: no defaults, no coercion, no
 * removal. Own properties only. A reference to another document is an error, unless it is given along, by its URI.
 *
 * Our own checks (core/schema) say yes or no, without generating code. Why not is ajv's to say, which is asked then only; where it cannot, our own
 * checks say that too, in the same words.
 */
export function validatorOf(
  server: Pick<ServerIr, "root">,
  documents: Readonly<Record<string, JsonObject | boolean>> = {},
): Validator {
  const checkers = new Map<string, SchemaChecker>();
  const reasons = ajvReasons(server, documents);

  function checkerOf(tool: string, schema: ToolIr["schema"]): SchemaChecker {
    const checker = checkers.get(tool) ?? ownChecker(tool, schema, server, documents);
    checkers.set(tool, checker);
    return checker;
  }

  return {
    check: (tool, schema) => checkerOf(tool, schema).fits,
    violations(tool, schema, args) {
      const checker = checkerOf(tool, schema);
      if (checker.fits(args)) return [];
      const told = toldBy(() => reasons(tool, schema, args));
      return told.length > 0 ? told : checker.violations(args);
    },
  };
}

/** Our own checks of a tool's schema. Throws where it is none. */
export function ownChecker(
  tool: string,
  schema: ToolIr["schema"],
  { root }: Pick<ServerIr, "root">,
  documents: Readonly<Record<string, JsonObject | boolean>> = {},
): SchemaChecker {
  const known = mentionsDialects(schema) ? { ...dialectDocuments(), ...documents } : documents;
  try {
    return schemaChecker(schema, { root, formats, documents: known });
  } catch (problem) {
    const why = messageOf(problem);
    throw new Error(`the schema of ${tool} is not valid: ${why}`, { cause: problem });
  }
}

/** Whether a schema may refer to one of the dialects' own. */
function mentionsDialects({ $schema, ...schema }: ToolIr["schema"]): boolean {
  return JSON.stringify(schema).includes("json-schema.org/");
}

/** Nothing where code may not be generated, or ajv does not take the schema. */
function toldBy(reasons: () => readonly Violation[]): readonly Violation[] {
  try {
    return reasons();
  } catch {
    return [];
  }
}
