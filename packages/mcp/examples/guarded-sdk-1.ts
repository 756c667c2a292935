/** A server of SDK generation 1 with a guard within: `node guarded-sdk-1.ts notes.artifact.json`, on stdio. */
import { guard, linesSink } from "@mcpolicy/mcp";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { carryOut, tools } from "./notes.ts";
import { policy } from "./policy.ts";

const server = new Server({ name: "notes", version: "1.0.0" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools }));
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => carryOut(params.name, params.arguments ?? {}));

guard(server, {
  policy,
  server: "notes",
  // On stdio nobody sends a token: the caller is whoever started this. On HTTP leave it out, and the verified token says who calls.
  auth: () => ({ principal: { id: "ann@example.com", roles: ["writer"] } }),
  audit: linesSink((line) => process.stderr.write(line)),
});
await server.connect(new StdioServerTransport());
