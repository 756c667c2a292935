import { compile, generatedEngine } from "@mcpolicy/compiler";
import type { AuditSink } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { abilities, type Guard, guardOf } from "@mcpolicy/mcp";
import { gateway } from "@mcpolicy/mcp/http";
import { type LoadedPolicy, loadPolicy, memoryDriver } from "@mcpolicy/runtime";
import type { Listening } from "./fixture/listening.ts";

/** A server of ours, with a guard within it. */
export type Fixture = (guard: Guard) => Promise<Listening>;

/** The fixture as the suite reaches it. */
export interface Reached extends Listening {
  /** How many decisions were made on the way; undefined where nobody decides. */
  readonly decisions: () => number | undefined;
}

const policy = allowAll();
const principal = { id: "conformance", roles: [] };
const settings = { elicitation: { hosts: ["example.com"] } };

/** How the suite reaches the fixture: as it is, and with a policy that allows everything in both places where one can stand. */
export const ways: Readonly<Record<string, (fixture: Fixture) => Promise<Reached>>> = {
  async direct(fixture) {
    return { ...(await fixture((server) => server)), decisions: () => undefined };
  },
  async guarded(fixture) {
    const { audit, decisions } = counting();
    const state = memoryDriver(policy.windows);
    const guard = guardOf({ policy, server: "it", audit, state, settings, auth: () => ({ principal }) });
    return { ...(await fixture(guard)), decisions };
  },
  async proxied(fixture) {
    const { audit, decisions } = counting();
    const upstream = await fixture((server) => server);
    const { url, close } = await gateway({
      policy,
      servers: {
        it: {
          ...{ path: "/mcp", server: "it", audit, state: memoryDriver(policy.windows), settings },
          upstream: { kind: "http", url: upstream.url },
        },
      },
      identity: () => ({ kind: "development", principal }),
      listen: { port: 0, drain: 1_000 },
    });
    return {
      url: `${url}/mcp`,
      decisions,
      async stop() {
        await close();
        await upstream.stop();
      },
    };
  },
};

function counting(): { readonly audit: AuditSink; readonly decisions: () => number } {
  let count = 0;
  const audit: AuditSink = {
    append: ({ kind }) => {
      if (kind === "decision") count += 1;
    },
  };
  return { audit, decisions: () => count };
}

function allowAll(): LoadedPolicy {
  const text = 'mcpolicy 1\nserver it untyped\nallow "all" anyone to everything\n';
  const files = {
    read: (path: string) => (path === "all.mcpolicy" ? text : undefined),
    join: (_: string, path: string) => path,
  };
  const { policy: checked, diagnostics } = checkPolicy(["all.mcpolicy"], files);
  if (checked === undefined) throw new Error(JSON.stringify(diagnostics));
  return loadPolicy(compile(checked), { engine: generatedEngine, abilities });
}
