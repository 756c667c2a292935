import type { JsonObject } from "@mcpolicy/core";

/**
 * Made-up servers whose pinned tools cover what schemas say: text, paths, URLs, numbers, flags, enumerations, lists, nested
 * records, what may be left out or null, unions, and values without a type. `hub` is trusted, `wild` is untyped.
 */

const text = { type: "string" } as const;
const int = { type: "integer" } as const;
const number = { type: "number" } as const;
const flag = { type: "boolean" } as const;

function object(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", properties, required: [...required] };
}

function tool(name: string, inputSchema: JsonObject, annotations?: JsonObject, outputSchema?: JsonObject): JsonObject {
  return {
    name,
    description: `The ${name} of a made-up server.`,
    inputSchema,
    ...(annotations && { annotations }),
    ...(outputSchema && { outputSchema }),
  };
}

const disk = {
  tools: [
    tool(
      "write_file",
      object(
        {
          path: text,
          content: text,
          mode: { type: "string", enum: ["create", "append", "replace"] },
          size: int,
          force: flag,
          tags: { type: "array", items: text },
        },
        ["path", "content"],
      ),
      { destructiveHint: false },
    ),
    tool("read_file", object({ path: text, head: int, raw: { type: ["boolean", "null"] } }, ["path"]), {
      readOnlyHint: true,
    }),
    tool(
      "read_many",
      object({ paths: { type: "array", items: text }, limit: int, tags: { type: "array", items: text } }, ["paths"]),
    ),
    tool("move_file", object({ source: text, destination: text, force: flag }, ["source", "destination"])),
    tool(
      "edit_files",
      object(
        {
          edits: {
            type: "array",
            items: object({ path: text, line: int, text, weight: number, done: flag }, ["path", "line"]),
          },
          options: object({
            deep: object({ flag, level: int, name: { type: ["string", "null"] } }, ["flag"]),
            root: text,
          }),
          score: number,
        },
        ["edits"],
      ),
    ),
  ],
  resources: [{ uri: "file:///srv/data/notes.md", name: "notes" }],
  resourceTemplates: [],
  prompts: [{ name: "review", arguments: [{ name: "topic" }] }, { name: "summary" }],
};

const hub = {
  tools: [
    tool(
      "fetch",
      object(
        {
          url: { type: "string", format: "uri" },
          method: { enum: ["GET", "POST", "HEAD"] },
          headers: { type: "object", additionalProperties: true },
          timeout: number,
          follow: flag,
          host: text,
        },
        ["url"],
      ),
      { readOnlyHint: true, openWorldHint: false },
    ),
    tool(
      "query",
      object(
        {
          sql: text,
          parameters: { type: "array" },
          id: { anyOf: [text, int] },
          limit: { type: ["integer", "null"] },
          filter: {},
          scores: { type: "array", items: number },
        },
        ["sql"],
      ),
      { idempotentHint: true },
      object({ ok: flag, n: int, note: text }, ["ok"]),
    ),
    tool(
      "run_command",
      object({ command: text, args: { type: "array", items: text }, cwd: text, timeout: int }, ["command"]),
    ),
    tool(
      "send_mail",
      object({ to: { type: "array", items: text }, from: text, subject: text, when: text, urgent: flag }, ["to"]),
    ),
    tool("ping", { type: "object" }),
  ],
  resources: [],
  resourceTemplates: [],
  prompts: [],
};

/** The pin files of a generated policy, by path: listings as a server gives them. */
export const pinFiles: Readonly<Record<string, string>> = {
  "disk.json": JSON.stringify(disk),
  "hub.json": JSON.stringify(hub),
};

/** The declarations that each generated policy begins with. */
export const declarations: readonly string[] = [
  'server disk from "disk.json" root "/srv/data"',
  'server hub from "hub.json" root "/srv/hub" trusted',
  "server wild untyped",
  `principal {
  team?: string from claim "team"
  level?: int from claim "level"
  home?: path from claim "home"
  grants: list<string> from claim "grants"
  admin?: bool from claim "admin"
}`,
  `context {
  risk: number
  region?: string
  seen?: list<string>
  verdict: string on result
  score?: int on result
}`,
];

/** Names of tools that requests try on the untyped server. */
export const wildTools: readonly string[] = ["read_all", "write_all", "delete", "get-x", "odd name"];
