import { describe, expect, it } from "vitest";
import type { Victim } from "../attacks/fixture.ts";
import { type Client, ways } from "../attacks/ways.ts";
import { policyText } from "../policy-text.ts";

const server: Victim = {
  tools: [
    { name: "read", takes: ["path"], says: "grüße 😀 {path}", logs: "reads" },
    { name: "write", inputSchema: { type: "object" } },
  ],
};

const policy = policyText('server it untyped\nallow "all" anyone to everything');

/** Everything that a client got, its own answers among them. */
async function conversation(client: Client): Promise<readonly unknown[]> {
  const call = (name: string, args: object) => client.ask("tools/call", { name, arguments: args }, {});
  await client.ask("tools/list", {}, {});
  await call("read", { path: "/a" });
  await call("read", { path: "\u2028" });
  await call("write", { any: [1, { thing: null }] });
  await call("nothing", {});
  await client.ask("nothing/at-all", {}, {});
  await client.ask("resources/list", {}, {});
  return client.got;
}

// What both SDK generations say to a raw client, in both eras, and what is left of it.
describe.each(Object.entries(ways))("under a policy that allows everything, the wire is the same: %s", (_, way) => {
  it("of a server of the SDK", async () => {
    const [bare, guarded] = await Promise.all(
      [undefined, policy].map(async (each) => {
        const ready = await way({ server, folder: "", policy: each });
        const client = await ready.connect({});
        const got = await conversation(client);
        await client.close();
        await ready.close();
        return got;
      }),
    );
    expect(guarded).toEqual(bare);
    expect(bare!.length).toBeGreaterThan(5);
  });
});
