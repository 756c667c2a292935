import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  answers,
  capabilities,
  entryOf,
  everything,
  filesystem,
  heard,
  memory,
  tasksOfEverything,
} from "./conversations.ts";
import { type Json, RawClient } from "./raw-client.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-wire-")));
afterAll(() => rmSync(folder, { recursive: true }));

const allowAll = join(folder, "all.mcpolicy");
writeFileSync(allowAll, 'mcpolicy 1\nserver it untyped\nallow "all" anyone to everything\n');

const proxied = join(import.meta.dirname, "proxied.ts");

async function conversation(
  run: (client: RawClient) => Promise<void>,
  command: readonly string[],
  settings: object,
): Promise<readonly unknown[]> {
  const [program = "", ...args] = command;
  const client = new RawClient(program, args, answers, { ...process.env, PROXIED_SETTINGS: JSON.stringify(settings) });
  await client.open(capabilities);
  await run(client);
  await client.close();
  return heard(client);
}

/** The same conversation with the server itself, and through the proxy under a policy that allows everything. */
async function both(
  run: (client: RawClient) => Promise<void>,
  server: readonly string[],
  settings: object = {},
): Promise<readonly [direct: readonly unknown[], guarded: readonly unknown[]]> {
  const command = [process.execPath, ...server];
  const through = [process.execPath, "--conditions=@mcpolicy/source", proxied, allowAll, "it", "any", ...command];
  return Promise.all([conversation(run, command, settings), conversation(run, through, settings)]);
}

describe("under a policy that allows everything, the wire on stdio is the same", () => {
  it("of server-everything", async () => {
    const settings = { elicitation: { hosts: ["example.org", "modelcontextprotocol.io"] } };
    const [direct, guarded] = await both(everything, [entryOf("server-everything"), "stdio"], settings);
    expect(guarded).toEqual(direct);
    expect(direct.length).toBeGreaterThan(40);
  });

  it("of tasks of server-everything", async () => {
    const [direct, guarded] = await both(tasksOfEverything, [entryOf("server-everything"), "stdio"]);
    const withoutStatus = (all: readonly unknown[]) => all.filter((each) => (each as Json)["method"] === undefined);
    expect(withoutStatus(guarded)).toEqual(withoutStatus(direct));
  });

  it("of server-memory", async () => {
    const [direct, guarded] = await both(memory, [entryOf("server-memory")]);
    expect(guarded).toEqual(direct);
  });

  it("of server-filesystem", async () => {
    const files = join(folder, "files");
    mkdirSync(files);
    writeFileSync(join(files, "a.txt"), "a\n");
    const [direct, guarded] = await both((client) => filesystem(client, files), [entryOf("server-filesystem"), files]);
    expect(guarded).toEqual(direct);
  });
});
