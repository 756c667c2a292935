/** The same of SDK generation 2, which serves both eras: `node guarded-sdk-2.ts notes.artifact.json`, on stdio. */
import { guardOf, linesSink } from "@mcpolicy/mcp";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { carryOut, tools } from "./notes.ts";
import { policy } from "./policy.ts";

// Servers are made anew for each connection; what a guard keeps is made once.
const guarded = guardOf({
  policy,
  server: "notes",
  auth: () => ({ principal: { id: "ann@example.com", roles: ["writer"] } }),
  audit: linesSink((line) => process.stderr.write(line)),
});

serveStdio(() => {
  const server = new Server({ name: "notes", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", async () => ({ tools }));
  server.setRequestHandler("tools/call", async ({ params }) => carryOut(params.name, params.arguments ?? {}));
  return guarded(server);
});
