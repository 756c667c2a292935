import type { JsonObject } from "@mcpolicy/core";

/**
 * A message as one line of MCP's stdio framing, line feed included. JSON leaves U+0085, U+2028 and U+2029 bare, and there are readers that
 * end a line there (Node's readline, Python's splitlines): the rest of an argument would be a message that nobody decided on. So they are escaped.
 */
export function lineOf(message: JsonObject): string {
  const text = JSON.stringify(message).replace(
    /[\u0085\u2028\u2029]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}
