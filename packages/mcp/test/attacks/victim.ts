/** The servers that are attacked, written with either generation of the SDK. */
import type { Json } from "../real/raw-client.ts";
import type { Victim, VictimTool } from "./fixture.ts";

/** Told of each call that the server carries out. */
export type Heard = (call: string) => void;

export const info = { name: "victim", version: "1" };
export const capabilities = { tools: { listChanged: true }, logging: {} };

/** A tool as the protocol defines it. */
export function definition({ name, description = `It does ${name}.`, takes = [], inputSchema }: VictimTool): Json {
  const properties = Object.fromEntries(takes.map((each) => [each, { type: "string" }]));
  return { name, description, inputSchema: inputSchema ?? { type: "object", properties, required: [...takes] } };
}

export function listOf({ tools }: Victim): { tools: never } {
  return { tools: tools.map(definition) as never };
}

/** Carries a call out: what it says shows with which arguments. */
export function carryOut(
  { tools }: Victim,
  heard: Heard,
  name: string,
  args: Json = {},
): { text: string; logs?: string } {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw Object.assign(new Error(`Tool ${name} not found`), { code: -32602 });
  heard(name);
  const filled = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, key) => String(args[key]));
  return { text: filled(tool.says ?? `${name} ran`), ...(tool.logs === undefined ? {} : { logs: filled(tool.logs) }) };
}

export interface CallOf {
  readonly params: { readonly name: string; readonly arguments?: Json };
}

/** SDK generation 1. */
export async function victimV1(victim: Victim, heard: Heard, version = "sdk") {
  const { Server } = await import(`@modelcontextprotocol/${version}/server/index.js`);
  const types = await import(`@modelcontextprotocol/${version}/types.js`);
  const server = new Server(info, { capabilities });
  server.setRequestHandler(types.ListToolsRequestSchema, async () => listOf(victim));
  server.setRequestHandler(types.CallToolRequestSchema, async (call: CallOf) => handled(server, victim, heard, call));
  return server;
}

/** SDK generation 2. */
export async function victimV2(victim: Victim, heard: Heard, version = "server") {
  const { Server } = await import(`@modelcontextprotocol/${version}`);
  const server = new Server(info, { capabilities });
  server.setRequestHandler("tools/list", async () => listOf(victim));
  server.setRequestHandler("tools/call", async (call: CallOf) => handled(server, victim, heard, call));
  return server;
}

async function handled(
  server: { notification(message: Json): Promise<void> },
  victim: Victim,
  heard: Heard,
  { params }: CallOf,
): Promise<{ content: object[] }> {
  const { text, logs } = carryOut(victim, heard, params.name, params.arguments);
  if (logs !== undefined) {
    await server.notification({ method: "notifications/message", params: { level: "info", data: logs } });
  }
  return { content: [{ type: "text", text }] };
}
