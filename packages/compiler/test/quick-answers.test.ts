import { runInNewContext } from "node:vm";
import type { Request } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";

import { expect, test } from "vitest";
import { loadPolicy } from "../../runtime/src/index.ts";
import { compile, generatedEngine } from "../src/index.ts";

const names = ["read", "write", "list", "remove", "search", "fetch", "deploy"];
const files: Readonly<Record<string, string>> = {
  "p.mcpolicy": `mcpolicy 1
server fs from "tools.json"
role dev { }
role lead { dev }
allow "a" dev to fs.read, fs.write, fs.remove when args.path under "/w"
allow "b" lead to fs.list, fs.search
deny "c" fs.remove when args.path under "/w/keep"
`,
  "tools.json": JSON.stringify({
    tools: names.map((name) => ({
      name,
      inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
    })),
  }),
};
const { policy } = checkPolicy(["p.mcpolicy"], { read: (path) => files[path], join: (_, path) => path });
const loaded = loadPolicy(compile(policy!), { engine: generatedEngine });

const time = 1_767_225_600_000;
const tool = (name: unknown, server: unknown = "fs"): unknown => ({ kind: "tool", server, name });

/** A request, of which any part may be something else than a request has. */
function asked(over: Readonly<Record<string, unknown>>): Request {
  const principal = { id: "ann", roles: ["dev"] };
  return { principal, operation: tool("read"), arguments: { path: "/w/a" }, context: { time }, ...over } as Request;
}

test.for<[name: string, is: boolean, over: Readonly<Record<string, unknown>>]>([
  ["what a rule allows", true, {}],
  ["by an included role", true, { principal: { id: "ann", roles: ["lead"] } }],
  ["by the second of two roles", true, { principal: { id: "ann", roles: ["other", "lead"] }, operation: tool("list") }],
  ["with another role", false, { principal: { id: "ann", roles: ["other"] } }],
  ["with no role", false, { principal: { id: "ann", roles: [] } }],
  ["what a rule denies", false, { operation: tool("remove"), arguments: { path: "/w/keep/a" } }],
  ["what the rule does not deny", true, { operation: tool("remove"), arguments: { path: "/w/keeper" } }],
  ["a tool that no rule names", false, { operation: tool("fetch") }],
  ["an unknown tool", false, { operation: tool("deploy2") }],
  ["a tool of another server", false, { operation: tool("read", "other") }],
  ["a name that is no text", false, { operation: tool(["read"]) }],
  ["a name that is a number", false, { operation: tool(4) }],
  ["a name with a length", false, { operation: tool({ length: 4, toString: () => "read" }) }],
  ["no name", false, { operation: tool(undefined) }],
  ["a name of every object", false, { operation: tool("constructor") }],
  ["a server of every object", false, { operation: tool("read", "__proto__") }],
  ["no kind", false, { operation: { server: "fs", name: "read" } }],
  ["another kind", false, { operation: { kind: "prompt", server: "fs", name: "read" } }],
  ["nobody", false, { principal: undefined }],
  ["null", false, { principal: null }],
  ["no id", false, { principal: { roles: ["dev"] } }],
  ["an empty id", false, { principal: { id: "", roles: ["dev"] } }],
  ["an id that is no Unicode", false, { principal: { id: "\ud800", roles: ["dev"] } }],
  ["an id that is no text", false, { principal: { id: 7, roles: ["dev"] } }],
  ["roles that are no list", false, { principal: { id: "ann", roles: "dev" } }],
  ["roles that are like a list", false, { principal: { id: "ann", roles: { length: 1, 0: "dev" } } }],
  [
    "roles that give themselves out as a list",
    true,
    { principal: { id: "ann", roles: { constructor: Array, length: 1, 0: "dev" } } },
  ],
  [
    "roles that inherit from a list",
    true,
    { principal: { id: "ann", roles: Object.assign(Object.create(Array.prototype), ["dev"], { length: 1 }) } },
  ],
  ["a list of another realm", true, { principal: { id: "ann", roles: runInNewContext('["dev"]') } }],
  [
    "a list that says it is none",
    true,
    { principal: { id: "ann", roles: Object.assign(["dev"], { constructor: undefined }) } },
  ],
  ["a list with a hole", false, { principal: { id: "ann", roles: ["dev"].concat(new Array(1)) } }],
  ["a role that is no text", false, { principal: { id: "ann", roles: ["dev", 1] } }],
  ["no time", false, { context: { time: Number.NaN } }],
  ["a time that is a text", false, { context: { time: String(time) } }],
  ["no context", false, { context: undefined }],
  ["a path above", false, { arguments: { path: "/w/../etc" } }],
  ["no path", false, { arguments: {} }],
])("generated code, quickly asked, says what `decide` says: %s", ([, is, over]) => {
  const request = asked(over);
  const { principal, ...call } = request;
  const bound = loaded.bind(principal);
  const { server, name } = request.operation as { readonly server: string; readonly name: string };
  const isTool = request.operation.kind === "tool";
  expect({
    decide: loaded.decide(request).effect === "allow",
    permits: loaded.permits(request),
    authorizes: loaded.authorizes(request),
    bound: [bound.permits(call), bound.authorizes(call)],
    boundTool: isTool ? bound.authorizesTool(server, name, request.arguments, request.context) : is,
  }).toEqual({ decide: is, permits: is, authorizes: is, bound: [is, is], boundTool: is });
});
