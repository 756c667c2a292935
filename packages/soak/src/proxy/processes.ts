import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { createAuditLog } from "@mcpolicy/audit/node";
import { compile } from "@mcpolicy/compiler";
import { witnessPolicy } from "../audit/calls-killed.ts";
import { keyOf, origin } from "../audit/sample-log.ts";
import { witnessTool } from "../audit/witness-tool.ts";
import { loadOver } from "../one-server.ts";

/** A folder with a log, a policy as an artifact, and what a witness has seen. */
export interface Place {
  readonly log: string;
  readonly artifact: string;
  readonly seen: string;
  /** The numbers of the calls that reached the witness, in their order. */
  readonly reached: () => readonly number[];
  readonly remove: () => void;
}

export async function newPlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "policy-soak-"));
  const [log, artifact, seen] = [join(folder, "log"), join(folder, "policy.json"), join(folder, "seen")];
  const { checked } = loadOver(witnessPolicy, JSON.stringify({ tools: [witnessTool] }));
  writeFileSync(artifact, JSON.stringify(compile(checked)));
  await createAuditLog(log, { origin, signer: (await keyOf(1)).signer });
  return {
    ...{ log, artifact, seen },
    reached: () => (existsSync(seen) ? readFileSync(seen, "utf8").split("\n").slice(0, -1).map(Number) : []),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A process of this folder that says something once it is ready. */
export interface Running {
  readonly child: ChildProcess;
  readonly said: string;
  /** Writes a line to it, and gives the next that it says. */
  readonly ask: () => Promise<string>;
  /** Ends it as a crash does. */
  readonly kill: () => Promise<void>;
  /** Asks it to end. */
  readonly stop: () => Promise<void>;
}

/** Where the witness listens, `http://127.0.0.1:PORT/mcp`. */
export function startWitness({ seen }: Place, port = 0): Promise<Running> {
  return started("witness-http.ts", [seen, String(port)]);
}

/** Says where it listens. `interval` as in `gateway-process.ts`. */
export function startGateway(
  { log, artifact }: Place,
  witness: string,
  ...interval: readonly string[]
): Promise<Running> {
  return started("gateway-process.ts", [log, artifact, witness, ...interval], ["--expose-gc"]);
}

async function started(script: string, args: readonly string[], flags: readonly string[] = []): Promise<Running> {
  const path = join(import.meta.dirname, script);
  const child = spawn(process.execPath, [...process.execArgv, ...flags, path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout });
  const said = await next(lines, child);
  const ended = async (signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  };
  return {
    child,
    said,
    ask() {
      child.stdin.write("\n");
      return next(lines, child);
    },
    kill: () => ended("SIGKILL"),
    stop: () => ended("SIGTERM"),
  };
}

function next(lines: Interface, child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`a process of the soak ended with ${code}`)));
  });
}
