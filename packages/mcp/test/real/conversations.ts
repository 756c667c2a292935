/** What is said to the servers of the protocol's own repository, over whatever carries it, and what came of it. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { canonicalJson } from "@mcpolicy/core";
import type { Answers, Json } from "./raw-client.ts";

/** A client that says what it is told to. */
export interface Talker {
  readonly got: readonly Json[];
  ask(method: string, params?: Json): Promise<Json>;
}

/** The entry of a server, as its package has it. */
export function entryOf(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`@modelcontextprotocol/${name}/package.json`);
  return join(dirname(manifest), "dist/index.js");
}

/** What a client of everything says to what it is asked. */
export const answers: Answers = {
  "sampling/createMessage": ({ maxTokens }) => ({
    role: "assistant",
    content: { type: "text", text: `a text of at most ${maxTokens} tokens` },
    model: "none",
    stopReason: "endTurn",
  }),
  "elicitation/create": ({ mode, requestedSchema }) =>
    mode === "url"
      ? { action: "accept" }
      : {
          action: "accept",
          content: Object.fromEntries(
            Object.keys((requestedSchema as { properties: object }).properties).map((name) => [name, "x"]),
          ),
        },
  // A folder that is nowhere: server-filesystem would go over to it, some time after it was asked.
  "roots/list": () => ({ roots: [{ uri: "file:///nowhere/mcpolicy", name: "workspace" }] }),
};

export const capabilities: Json = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } };

/** Times and random ids, which differ from run to run. */
function timeless(message: unknown): unknown {
  const text = JSON.stringify(message)
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, "TIME")
    .replaceAll(/\d{1,2}:\d\d:\d\d( [AP]M)?/g, "TIME")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID")
    .replaceAll(/"taskId":"[0-9a-f]{32}"/g, '"taskId":"TASK"')
    .replaceAll(/"blob":"[^"]+"/g, '"blob":"TIME"');
  return JSON.parse(text);
}

/** All that came, but for the ids of what the server asks. Answers and questions may overtake one another: sorted. */
export function heard({ got }: Talker): readonly unknown[] {
  return got
    .map((message) =>
      message["method"] === undefined ? message : { ...message, id: "id" in message ? "ID" : undefined },
    )
    .map((message) => canonicalJson(timeless(message)))
    .toSorted()
    .map((text) => JSON.parse(text));
}

const call = (client: Talker, name: string, args: Json = {}, more: Json = {}): Promise<Json> =>
  client.ask("tools/call", { name, arguments: args, ...more });

/**
 * Until everything has asked for the roots, which it does 350 ms after it was initialized. Its tool asks for what it
 * does not know yet, so the two would ask twice where they meet.
 */
async function rootsKnown({ got }: Talker): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!got.some((message) => JSON.stringify(message).includes("Roots updated"))) {
    if (performance.now() > deadline) throw new Error("the server never asked for the roots");
    await sleep(10);
  }
}

export async function everything(client: Talker): Promise<void> {
  await client.ask("ping");
  await client.ask("logging/setLevel", { level: "debug" });
  await rootsKnown(client);
  for (const method of ["tools/list", "prompts/list", "resources/list", "resources/templates/list"]) {
    await client.ask(method);
  }
  await call(client, "echo", { message: "grüße 😀 \u2028" });
  await call(client, "echo", { message: 5 });
  await call(client, "no-such-tool");
  await call(client, "get-sum", { a: 1, b: 2.5 });
  await call(client, "get-structured-content", { location: "New York" });
  await call(client, "get-tiny-image");
  await call(client, "get-annotated-message", { messageType: "error", includeImage: true });
  await call(client, "get-resource-links", { count: 3 });
  await call(client, "get-resource-reference", { resourceType: "Text", resourceId: 1 });
  await call(client, "get-resource-reference", { resourceType: "Blob", resourceId: 2 });
  await call(client, "trigger-long-running-operation", { duration: 0.2, steps: 4 }, { _meta: { progressToken: "p1" } });
  await call(client, "trigger-sampling-request", { prompt: "hello", maxTokens: 7 });
  await call(client, "trigger-elicitation-request");
  await call(client, "trigger-url-elicitation", { url: "https://example.org/a", elicitationId: "e1" });
  await call(client, "trigger-url-elicitation", {
    url: "https://example.org/b",
    elicitationId: "e2",
    errorPath: true,
  });
  await call(client, "get-roots-list");
  await client.ask("resources/read", { uri: "demo://resource/dynamic/text/1" });
  await client.ask("resources/read", { uri: "demo://resource/dynamic/blob/2" });
  await client.ask("resources/read", { uri: "demo://resource/static/document/features.md" });
  await client.ask("resources/read", { uri: "demo://nothing" });
  await client.ask("resources/subscribe", { uri: "demo://resource/dynamic/text/1" });
  await client.ask("resources/unsubscribe", { uri: "demo://resource/dynamic/text/1" });
  await client.ask("prompts/get", { name: "simple-prompt" });
  await client.ask("prompts/get", { name: "args-prompt", arguments: { city: "Bern" } });
  await client.ask("prompts/get", {
    name: "resource-prompt",
    arguments: { resourceType: "Text", resourceId: "1" },
  });
  await client.ask("prompts/get", { name: "nothing" });
  await client.ask("completion/complete", {
    ref: { type: "ref/prompt", name: "completable-prompt" },
    argument: { name: "department", value: "E" },
  });
  await client.ask("completion/complete", {
    ref: { type: "ref/resource", uri: "demo://resource/dynamic/text/{resourceId}" },
    argument: { name: "resourceId", value: "1" },
  });
  await client.ask("nothing/at-all");
}

export async function tasksOfEverything(client: Talker): Promise<void> {
  const made = await call(
    client,
    "simulate-research-query",
    { topic: "x", ambiguous: true },
    { task: { ttl: 60_000 } },
  );
  const { task } = made["result"] as { task: { taskId: string } };
  const { taskId } = task;
  await client.ask("tasks/get", { taskId });
  await client.ask("tasks/result", { taskId });
  await client.ask("tasks/list");
  await client.ask("tasks/get", { taskId: "nothing" });
}

export async function memory(client: Talker): Promise<void> {
  await client.ask("tools/list");
  const entities = [{ name: "ada", entityType: "person", observations: ["writes"] }];
  await call(client, "create_entities", { entities });
  await call(client, "read_graph");
  await call(client, "search_nodes", { query: "ada" });
  await call(client, "delete_entities", { entityNames: ["ada"] });
}

/** `folder` holds `a.txt`, and is all that is served. */
export async function filesystem(client: Talker, folder: string): Promise<void> {
  await client.ask("tools/list");
  await call(client, "list_allowed_directories");
  await call(client, "read_text_file", { path: join(folder, "a.txt") });
  await call(client, "read_text_file", { path: "/etc/passwd" });
  await call(client, "list_directory", { path: folder });
  await call(client, "get_file_info", { path: 5 });
}
