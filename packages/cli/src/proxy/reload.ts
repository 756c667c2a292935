import { resolve } from "node:path";
import { type AuditSink, messageOf } from "@mcpolicy/core";
import type { Abilities, LoadedPolicy } from "@mcpolicy/runtime";
import type { ChokidarOptions } from "chokidar";
import { UsageError } from "../exit-codes.ts";
import { filesBelow } from "../files.ts";
import { type Ready, readyPolicy } from "../load-policy.ts";
import type { Session } from "../session.ts";

export interface Reloading {
  readonly session: Session;
  readonly policies: readonly string[];
  readonly first: Ready;
  /** What the proxy carries out. */
  readonly carriedOut: Abilities;
  /** Whether files are watched; told to read them again is it in any case. */
  readonly watches: boolean;
  /** Puts a policy in the place of the one in force. Throws or rejects where it cannot: then nothing changed. */
  readonly adopt: (policy: LoadedPolicy) => void | Promise<void>;
  /** Told once it is in force. */
  readonly adopted: (policy: LoadedPolicy) => void;
  /** Takes notices, where there is a log. */
  readonly audit: AuditSink | undefined;
  /** For operators. */
  readonly say: (text: string) => void;
}

/** Milliseconds that must pass without a change: an editor, or a checkout, writes several files. */
const QUIET = 100;

/**
 * Reads the policies again when their files change, and on SIGHUP. One takes the place of the other only as a whole and only where it is good; else
 * the one in force stays, and the operator is told why. Gives how to stop that.
 */
export async function reloading(options: Reloading): Promise<() => Promise<void>> {
  const { session, policies, first, watches, say } = options;
  let inForce = first.policy.digest;
  let turn = Promise.resolve();

  const stays = (why: string): Promise<void> => {
    say(`${why}: policy ${inForce} stays in force`);
    return noticed(options, "policy-refused", inForce, why);
  };

  async function readAgain(isAsked: boolean): Promise<void> {
    const ready = await readyPolicy(session, policies, options.carriedOut).catch(whyUnread);
    if (typeof ready === "string") return stays(ready);
    if (typeof ready === "number") return stays("the policy that was read is not good");
    follow(ready);
    const { policy } = ready;
    if (policy.digest === inForce)
      return isAsked ? say(`policy ${inForce} is in force, and has not changed`) : undefined;
    try {
      await options.adopt(policy);
    } catch (problem) {
      return stays(`policy ${policy.digest} cannot take over: ${problem instanceof Error ? problem.message : problem}`);
    }
    inForce = policy.digest;
    options.adopted(policy);
    for (const warning of policy.warnings) say(warning);
    say(`policy ${inForce} is in force`);
    await noticed(options, "policy-loaded", inForce, "read again");
  }

  /** One after the other, so that what was read earlier never takes the place of what was read later. */
  const again = (isAsked: boolean): void => {
    turn = turn.then(() => readAgain(isAsked));
  };
  const onHangup = (): void => again(true);
  process.on("SIGHUP", onHangup);

  let timer: ReturnType<typeof setTimeout> | undefined;
  const read = new Set<string>();
  /** A log in the same folder changes with each decision. */
  const isRead = (path: string): boolean => path.endsWith(".mcpolicy") || read.has(path);
  const watcher = watches ? (await import("chokidar")).watch([], watching(isRead)).on("all", changed) : undefined;
  function changed(): void {
    clearTimeout(timer);
    timer = setTimeout(() => again(false), QUIET);
  }
  function follow({ sources }: Ready): void {
    for (const name of sources.keys()) read.add(resolve(session.cwd, name));
    watcher?.add([...read]);
  }
  watcher?.add((policies.length === 0 ? ["."] : policies).map((path) => resolve(session.cwd, path)));
  follow(first);
  // What changed since it was read, nobody has seen.
  watcher?.once("ready", () => {
    const files = filesBelow(session.cwd);
    if ([...first.sources].some(([name, { text }]) => files.read(name) !== text)) again(false);
  });

  return async () => {
    process.off("SIGHUP", onHangup);
    clearTimeout(timer);
    await watcher?.close();
    await turn;
  };
}

function watching(isRead: (path: string) => boolean): ChokidarOptions {
  return {
    ignoreInitial: true,
    ignored: (path, stats) =>
      /[\\/](node_modules|\.git)([\\/]|$)/.test(path) || (stats?.isFile() === true && !isRead(resolve(path))),
  };
}

function whyUnread(problem: unknown): string {
  if (problem instanceof UsageError) return problem.message;
  // A bug of ours must not end what enforces the policy in force.
  return `the policy could not be read: ${messageOf(problem)}`;
}

/** A log that cannot take it says so itself. */
async function noticed(
  { audit }: Reloading,
  what: "policy-loaded" | "policy-refused",
  policy: string,
  text: string,
): Promise<void> {
  try {
    await audit?.append({ kind: "notice", at: Date.now(), what, policy, text });
  } catch {}
}
