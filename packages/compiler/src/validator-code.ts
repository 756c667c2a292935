import { type Code, type Formats, js, type ServerIr, schemaCode, type ToolIr } from "@mcpolicy/core";
import { Emission } from "./emission.ts";

/**
 * The name of a function that says whether arguments fit a tool's schema, written into an emission; undefined of schemas for which there is no code.
 * Throws where the schema is none.
 */
export function validatorCode(
  schema: ToolIr["schema"],
  { root }: Pick<ServerIr, "root">,
  formats: Formats,
  emission: Emission,
): Code | undefined {
  return schemaCode(
    schema,
    { root, formats },
    {
      constant: (made) => emission.made(made),
      function: (text) => emission.function("v", text),
      later: () => emission.later("v"),
    },
  );
}

/** What the code of validators reaches, of the kit. */
export const validatorNames: Code = js`const { formats, schemaPattern, pathTest, isRecord, isAtMost, isAtLeast, equal, areUnique, own, fieldCount } = kit;
const pristine = Object.prototype;`;

/** A function from the kit and the formats to the validator of one tool; undefined where there is no code for it. */
export function validatorFunction(
  schema: ToolIr["schema"],
  server: Pick<ServerIr, "root">,
  formats: Formats,
): Code | undefined {
  const emission = new Emission();
  const name = validatorCode(schema, server, formats, emission);
  if (name === undefined) return undefined;
  return js`function validator(kit) {
"use strict";
${validatorNames}
${emission.lines.reduce((all, line) => js`${all}${line}\n`, js``)}return ${name};
}`;
}
