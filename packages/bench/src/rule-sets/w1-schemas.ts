import type { FieldType } from "../rules/rule.ts";

/** What the rules read of each argument. */
// biome-ignore format: table
export const fields: Readonly<Record<string, FieldType>> = {
  path: "path", root: "path",
  content: "string", pattern: "string", database: "string", sql: "string", url: "string", method: "string", repo: "string",
  branch: "string", title: "string", to: "string", subject: "string", service: "string", env: "string", currency: "string",
  account: "string",
  bytes: "int", depth: "int", limit: "int", timeoutMs: "int", labelCount: "int", attachments: "int", replicas: "int", amount: "int",
  force: "bool",
};

/** The arguments of all tools, as hand-written code reads them. */
export interface Arguments {
  readonly path: string;
  readonly root: string;
  readonly bytes: number;
  readonly depth: number;
  readonly limit: number;
  readonly database: string;
  readonly sql: string;
  readonly url: string;
  readonly method: string;
  readonly timeoutMs: number;
  readonly repo: string;
  readonly branch: string;
  readonly force: boolean;
  readonly labelCount: number;
  readonly to: string;
  readonly attachments: number;
  readonly service: string;
  readonly env: string;
  readonly replicas: number;
  readonly amount: number;
  readonly currency: string;
  readonly account: string;
}

const text = (most: number, least = 0, pattern?: string): object => ({
  type: "string",
  ...(least === 0 ? {} : { minLength: least }),
  maxLength: most,
  ...(pattern === undefined ? {} : { pattern }),
});
const int = (minimum: number, maximum: number): object => ({ type: "integer", minimum, maximum });
const one = (...values: readonly string[]): object => ({ type: "string", enum: values });
const path = text(4096, 1);
const repo = text(200, 0, "^[a-z0-9-]+/[a-z0-9-]+$");

// biome-ignore format: table
const properties: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  read_file:      { path },
  write_file:     { path, content: text(1_000_000), bytes: int(0, 100_000_000) },
  list_directory: { path, depth: int(-1, 100) },
  delete_file:    { path },
  search_files:   { root: path, pattern: text(256), limit: int(0, 1000) },
  run_query:      { database: one("analytics", "staging", "prod"), sql: text(10_000, 1), limit: int(1, 100_000) },
  http_fetch:     { url: text(2048, 0, "^https?://[^\\s]+$"), method: one("GET", "HEAD", "POST", "DELETE"), timeoutMs: int(1, 120_000) },
  git_push:       { repo, branch: text(200, 1), force: { type: "boolean" } },
  create_issue:   { repo, title: text(300, 1), labelCount: int(0, 100) },
  send_email:     { to: text(320, 0, "^[^@\\s]+@[^@\\s]+$"), subject: text(998), attachments: int(0, 20) },
  deploy:         { service: text(100, 1), env: one("staging", "prod", "dev"), replicas: int(0, 1000) },
  transfer:       { amount: int(-1_000_000, 1_000_000), currency: one("EUR", "USD", "GBP"), account: text(64, 1) },
};

/** The JSON Schema of each tool's arguments: all of them required, no others taken. */
export const schemas: ReadonlyMap<string, object> = new Map(
  Object.entries(properties).map(([tool, fieldsOfTool]) => [
    tool,
    { type: "object", properties: fieldsOfTool, required: Object.keys(fieldsOfTool), additionalProperties: false },
  ]),
);
