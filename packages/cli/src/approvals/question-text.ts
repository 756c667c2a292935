import type { ApprovalQuestion, JsonObject } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import type { SeenQuestion } from "@mcpolicy/mcp";

/** A question in a line. */
export function questionLine({ question, whyNot }: SeenQuestion): string {
  const { id, until, callerId, server, operation, missing } = question;
  const not = whyNot === undefined ? "" : `  (not yours to answer: ${whyNot})`;
  return `${id}  until ${new Date(until).toISOString()}  ${printable(`${callerId} → ${server} ${operation}`)}  needs ${printable(missing)}${printable(not)}`;
}

/** A question with all that an approver has to know. */
export function questionText(seen: SeenQuestion): string {
  const { id, asked, until, callerId, client, tenant, server, method, operation, missing, rules, because, inputs } =
    seen.question;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["question", id],
    ["asked", `${new Date(asked).toISOString()}, until ${new Date(until).toISOString()}`],
    [
      "caller",
      `${callerId}${client === undefined ? "" : ` through ${client}`}${tenant === "null" ? "" : ` of ${tenant}`}`,
    ],
    ["call", `${method} of ${operation} at ${server}`],
    ["arguments", JSON.stringify(seen.question.arguments)],
    ["inputs", inputs === undefined ? undefined : JSON.stringify(inputs)],
    ["needs", missing],
    ["rules", rules.join(", ")],
    ["because", because.length === 0 ? undefined : because.join(" ")],
    ["not yours", seen.whyNot],
  ];
  return rows
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)} ${printable(value)}\n`]))
    .join("");
}

/** A question as JSON: times as RFC 3339, the tenant as the policy's attribute has it. What it is bound by is nobody's to see. */
export function questionJson({ question, whyNot }: SeenQuestion): JsonObject {
  const {
    binding: _,
    caller: __,
    asked,
    until,
    tenant,
    callerId,
    client,
    ...rest
  } = question as ApprovalQuestion & JsonObject;
  return {
    ...(rest as JsonObject),
    asked: new Date(asked).toISOString(),
    until: new Date(until).toISOString(),
    caller: { id: callerId, ...(client === undefined ? {} : { client }), tenant: JSON.parse(tenant) },
    mayAnswer: whyNot === undefined,
    ...(whyNot === undefined ? {} : { whyNot }),
  };
}
