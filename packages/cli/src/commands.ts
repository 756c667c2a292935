import type { Command } from "commander";
import type { Session } from "./session.ts";

/** A command as `policy --help` lists it. Its flags and all it needs are loaded when it is run. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<(session: Session) => Command>;
}

// biome-ignore format: table
export const commands: readonly CommandRow[] = [
  { name: "init",    summary: "write a first policy and its tests for a server's tools",   load: async () => (await import("./commands/init.ts")).initCommand },
  { name: "pin",     summary: "renew a server's pins, or say what moved since",           load: async () => (await import("./commands/pin.ts")).pinCommand },
  { name: "check",   summary: "find mistakes in policies",                                 load: async () => (await import("./commands/check.ts")).checkCommand },
  { name: "fmt",     summary: "write policies in their canonical form",                    load: async () => (await import("./commands/fmt.ts")).fmtCommand },
  { name: "build",   summary: "write a policy as an ES module, or as an artifact to load",  load: async () => (await import("./commands/build.ts")).buildCommand },
  { name: "test",    summary: "run test files against their policies",                     load: async () => (await import("./commands/test.ts")).testCommand },
  { name: "eval",    summary: "decide one request",                                        load: async () => (await import("./commands/eval.ts")).evalCommand },
  { name: "explain", summary: "say why a request is decided so, or what a code means",     load: async () => (await import("./commands/explain.ts")).explainCommand },
  { name: "token",   summary: "issue, verify and revoke short-lived tokens",               load: async () => (await import("./commands/token.ts")).tokenCommand },
  { name: "approve", summary: "see and answer what calls wait for",                        load: async () => (await import("./commands/approve.ts")).approveCommand },
  { name: "doctor",  summary: "hold a deployment against the production checklist",        load: async () => (await import("./commands/doctor.ts")).doctorCommand },
  { name: "needs",   summary: "say which capabilities a skill or an agent needs",          load: async () => (await import("./commands/needs.ts")).needsCommand },
  { name: "isolate", summary: "write network isolation for the servers of a policy",       load: async () => (await import("./commands/isolate.ts")).isolateCommand },
  { name: "audit",   summary: "verify, prove, query and replay the log of decisions",      load: async () => (await import("./commands/audit.ts")).auditCommand },
  { name: "proxy",   summary: "enforce a policy in front of an MCP server",                load: async () => (await import("./commands/proxy.ts")).proxyCommand },
];
