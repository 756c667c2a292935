import {
  type ConditionIr,
  type JsonObject,
  type PolicyIr,
  type Request,
  type ServerIr,
  toolFacts,
} from "@mcpolicy/core";
import { expect, test } from "vitest";
import { formats } from "../../runtime/src/index.ts";
import { call, load, now, place, policy, server } from "../../runtime/test/small-policies.ts";
import { generatedEngine, toJavascript } from "../src/index.ts";

/** Texts that would be program text if anything spliced them. Each sets the mark if it runs. */
const hostile = [
  '"; globalThis.mark = 1; "',
  "'; globalThis.mark = 1; '",
  "`${globalThis.mark = 1}`",
  "${globalThis.mark = 1}",
  '\\"; globalThis.mark = 1; //',
  "*/ globalThis.mark = 1; /*",
  "\n globalThis.mark = 1; //",
  "\r globalThis.mark = 1; //",
  "\u2028 globalThis.mark = 1; //",
  "\u2029 globalThis.mark = 1; //",
  "</script><script>globalThis.mark = 1</script>",
  "<!-- globalThis.mark = 1",
  "__proto__",
  "constructor",
  "prototype",
  "\ud800",
  "\0",
];

const marked = globalThis as { mark?: number };

/** A schema that holds a text wherever a schema holds texts. */
function schemaOf(text: string): JsonObject {
  const value = {
    type: "string",
    const: text,
    enum: [text, ...Array.from({ length: 9 }, (_, index) => `${text}${index}`)],
  };
  const properties = Object.fromEntries([[text, { allOf: [{ $ref: "#/$defs/a" }, value] }]]);
  const $defs = { a: { format: text, description: text, [`x-${text}`]: text } };
  return {
    $id: "https://example.org/s",
    title: text,
    $defs,
    properties,
    required: [text],
    additionalProperties: false,
  };
}

/** A policy that holds a text in every place where a text may stand. */
function everywhere(text: string): PolicyIr {
  const at = { place: { ...place, file: text }, text };
  const string = { kind: "string" } as const;
  const condition: ConditionIr = {
    kind: "and",
    parts: [
      {
        kind: "atom",
        operand: {
          kind: "apply",
          operator: "equal",
          operands: [
            { kind: "reference", root: "args", path: [text], fallback: text, as: { kind: "enum", values: [text] } },
            { kind: "constant", value: text, as: string },
          ],
          as: { kind: "bool" },
        },
        at,
      },
      { kind: "has", reference: { kind: "reference", root: "args", path: [text], as: string }, at },
      {
        kind: "some",
        variable: text,
        over: {
          kind: "list",
          items: [{ kind: "constant", value: text, as: string }],
          as: { kind: "list", element: string },
        },
        body: {
          kind: "atom",
          operand: {
            kind: "apply",
            operator: "equal",
            operands: [
              { kind: "reference", root: "variable", variable: text, path: [], as: string },
              { kind: "reference", root: "tool", path: ["name"], as: string },
            ],
            as: { kind: "bool" },
          },
          at,
        },
        at,
      },
      { kind: "not", part: { kind: "carries", label: text, at } },
      {
        kind: "not",
        part: {
          kind: "happened",
          verb: "called",
          events: {
            branches: [
              {
                operations: [{ kind: "tool", server: text, name: text }],
                except: [{ kind: "resource", server: text, glob: text }],
                condition: {
                  kind: "has",
                  reference: { kind: "reference", root: "args", path: [text], as: string },
                  at,
                },
              },
            ],
            with: { kind: "has", reference: { kind: "reference", root: "its", path: ["args", text], as: string }, at },
            byAnyone: true,
            last: 1000,
          },
          at,
        },
      },
    ],
  };
  const who = { anyone: false, roles: [text], ids: [text], except: { anyone: false, roles: [`not ${text}`], ids: [] } };
  const odd: ServerIr = {
    ...server,
    name: text,
    root: text,
    tools: Object.fromEntries([[text, { digest: text, description: text, annotations: {}, schema: schemaOf(text) }]]),
  };
  const live: ServerIr = { name: `live ${text}`, untyped: true, trusted: true, tools: {}, prompts: [] };
  const operations = [
    { kind: "tool", server: text, name: text },
    { kind: "tool", server: live.name, pattern: `${text}*` },
    { kind: "resource", server: text, glob: text },
  ] as const;
  return policy(
    [
      {
        id: text,
        effect: "allow",
        place: at.place,
        who,
        branches: [{ operations, except: [], condition }],
        because: text,
        note: text,
        shadow: false,
      },
    ],
    { servers: [odd, live], roles: Object.fromEntries([[text, [text]]]) },
  );
}

test.for(hostile.map((text) => [JSON.stringify(text), text] as const))("%s stays data", ([, text]) => {
  delete marked.mark;
  const ir = everywhere(text);
  const code = toJavascript(ir);
  const engine = generatedEngine(ir);
  const permits = (request: Request) => engine.permits(request, request.principal!);
  const principal = { id: text, roles: [text] };
  const operation = { kind: "tool", server: text, name: text } as const;
  const args = Object.fromEntries([[text, text]]);
  expect(toolFacts(ir.servers[0]!, text)["name"]).toBe(text);
  // Texts that are not Unicode cannot be read, so nothing is allowed with them; all others are what they are.
  expect(permits({ principal, operation, arguments: args, context: now })).toBe(text.isWellFormed());
  expect(permits({ principal, operation, arguments: {}, context: now })).toBe(false);
  expect(permits({ principal: { id: "x", roles: ["x"] }, operation, arguments: args, context: now })).toBe(false);
  expect(permits({ principal, operation: { ...operation, name: "toString" }, arguments: args, context: now })).toBe(
    false,
  );
  const fits = generatedEngine(ir, formats).fits?.(text, text);
  expect(fits?.(args)).toBe(true);
  expect(fits?.(Object.fromEntries([[text, `${text}x`]]))).toBe(false);
  expect(fits?.(Object.fromEntries([[`${text}x`, text]]))).toBe(false);
  expect(marked.mark).toBeUndefined();
  expect(code).not.toMatch(/[\u2028\u2029]|<\/script|<!--/);
});

test("names of the prototype are names like any other", () => {
  const loaded = load(policy([]));
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const operation = { kind: "tool", server: "fs", name } as const;
    expect(loaded.decide(call({}, { operation })).reason).toBe("unknown-operation");
    expect(loaded.schemaOf("fs", name)).toBeUndefined();
    expect(loaded.decide(call({}, { operation: { ...operation, server: name } })).reason).toBe("unknown-operation");
  }
});
