/** A server that is attacked, in a process of its own: `node victim-on-stdio.ts JSON`. */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Victim } from "./fixture.ts";
import { victimV1 } from "./victim.ts";

const victim = JSON.parse(process.argv[2] ?? "") as Victim;
const server = await victimV1(victim, (call) => {
  process.stderr.write(`CARRIED OUT ${call}\n`);
  if (victim.stderr !== undefined) process.stderr.write(`${victim.stderr}\n`);
});
await server.connect(new StdioServerTransport());
