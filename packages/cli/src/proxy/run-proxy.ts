import type { AuditLog } from "@mcpolicy/audit/node";
import { printable } from "@mcpolicy/diagnostics";
import type { CheckedPolicy } from "@mcpolicy/language";
import { type ApprovalChannel, type EnforcedPolicy, linesSink } from "@mcpolicy/mcp";
import { type GatewayOptions, gateway } from "@mcpolicy/mcp/http";
import { type ProxyEnd, type StdioProxyOptions, stdioProxy } from "@mcpolicy/mcp/stdio";
import type { Abilities } from "@mcpolicy/runtime";
import { abilitiesOf, approvalsFrom } from "../approvals/approvals-from.ts";
import { auditSinkOf } from "../audit/sink-flags.ts";
import { withLog } from "../audit/with-log.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { given } from "../given.ts";
import { type Ready, readyPolicy } from "../load-policy.ts";
import type { Session } from "../session.ts";
import { withSettings } from "../settings.ts";
import { httpIdentity, type Identifying, stdioCaller } from "./caller.ts";
import { reloading } from "./reload.ts";
import type { ProxySettings, ServerSettings } from "./settings.ts";
import { type OpenState, openState } from "./state.ts";

/** How long a call may be under way unless it is said; as `@mcpolicy/mcp` has it. Milliseconds. */
const ANSWER = 300_000;

/** What is there once a proxy may start. */
interface Opened {
  readonly session: Session;
  readonly settings: ProxySettings;
  readonly servers: ReadonlyMap<string, ServerSettings>;
  readonly ready: Ready;
  readonly log: AuditLog | undefined;
  readonly state: OpenState;
  /** How long a call may be under way, as the store of state goes by it. Milliseconds. */
  readonly flight: number;
  readonly approvals: ApprovalChannel;
  readonly carriedOut: Abilities;
  readonly identifying: Identifying;
  readonly say: (text: string) => void;
}

/** Runs a proxy until it is ended. Whatever cannot be meant, opened or listened on ends it before it has begun. */
export function runProxy(session: Session, settings: ProxySettings): Promise<ExitCode> {
  return withLog(session, () => withSettings(session, () => opened(session, settings)));
}

async function opened(session: Session, settings: ProxySettings): Promise<ExitCode> {
  const carriedOut = abilitiesOf(settings.approvals, settings.state !== undefined);
  const ready = await readyPolicy(session, settings.policies, carriedOut);
  if (typeof ready === "number") return ready;
  const { policy, checked } = ready;
  const servers = settings.servers(checked);
  knownServers(servers, checked);
  const say = (text: string): void => session.err.write(`mcpolicy: ${printable(text)}\n`);
  for (const warning of policy.warnings) say(warning);
  // A store forgets a call in flight later than the proxy gives it up.
  const flight = 2 * (settings.limits.answer ?? ANSWER);
  const closing: (() => Promise<void>)[] = [];
  try {
    const log = await auditSinkOf(session, settings.audit, say);
    closing.unshift(async () => log?.close());
    const state = await openState(settings.state, policy.windows, flight, say);
    closing.unshift(() => state.close());
    const audience = `policy proxy ${settings.state?.name ?? [...servers.keys()].join(" ")}`;
    const approvals = await approvalsFrom(settings.approvals, { shared: state.approvals, audience, say });
    closing.unshift(() => approvals.close());
    const run = settings.listen === undefined ? onStdio : onHttp;
    return await run({
      ...{ session, settings, servers, ready, log, state, flight, carriedOut, say },
      approvals: approvals.channel,
      identifying: { session, caller: settings.caller, revocations: state.revocations, say },
    });
  } finally {
    for (const close of closing) await close();
  }
}

function knownServers(servers: Opened["servers"], { servers: known }: CheckedPolicy): void {
  if (servers.size === 0) {
    throw new UsageError(
      "which server is guarded? give its program after `--`, --upstream, or `servers` in a configuration",
    );
  }
  const names = known.map(({ name }) => name);
  for (const name of servers.keys()) {
    if (!names.includes(name)) throw new UsageError(`the policy has no server \`${name}\`; it has ${names.join(", ")}`);
  }
}

/** One client on standard input and output, and one server. */
async function onStdio(opened: Opened): Promise<ExitCode> {
  const { settings, servers, ready, log, state, identifying, say } = opened;
  const [[server, guarded], other] = [...servers] as [[string, ServerSettings], unknown];
  if (other !== undefined) {
    throw new UsageError(
      `which server is it? on standard input and output it is one: give --server with one of ${[...servers.keys()].join(", ")}, or --listen for all`,
    );
  }
  const caller = await stdioCaller(identifying, guarded, ready.policy.ir, ready.checked);
  say(`guards server \`${server}\` with policy ${ready.policy.digest}`);
  const { upstream, settings: adapter } = guarded;
  const { answer } = settings.limits;
  const [stop, hurry] = [new AbortController(), new AbortController()];
  const release = onSignals(() => (stop.signal.aborted ? hurry.abort() : stop.abort()));
  let adopt: (policy: EnforcedPolicy) => void = () => {};
  const options: StdioProxyOptions = {
    ...{ policy: ready.policy, server, principal: caller.principal, state: state.driver, settings: adapter },
    approvals: opened.approvals,
    ...{ signal: stop.signal, hurry: hurry.signal },
    ...(upstream.kind === "stdio" ? upstream : { upstream, ...given({ answerTimeout: answer }) }),
    ...given({ audit: log, mostInFlight: settings.mostInFlight }),
    replacements(replace) {
      adopt = replace;
      return () => {};
    },
  };
  const { ended } = await meant(async () => ({ ended: stdioProxy(options) }));
  const stopReloading = await reloading({
    ...reloadOptions(opened),
    async adopt(policy) {
      const identify = await caller.prepare(policy.ir);
      adopt(policy);
      identify();
    },
  });
  const end = await ended;
  release();
  await stopReloading();
  if (end.kind !== "closed") say(end.why);
  return endCodes[end.kind];
}

const endCodes: Readonly<Record<ProxyEnd["kind"], ExitCode>> = {
  closed: exitCodes.fine,
  lost: exitCodes.findings,
  unstarted: exitCodes.usage,
};

/** Clients on HTTP, and each server at a path of its own. */
async function onHttp(opened: Opened): Promise<ExitCode> {
  const { session, settings, servers, ready, log, state, identifying, say } = opened;
  const listen = settings.listen as NonNullable<ProxySettings["listen"]>;
  const { limits, mostInFlight } = settings;
  const audit = log ?? linesSink((line) => session.err.write(line));
  distinctPaths(servers);
  const shared = { audit, state: state.driver, approvals: opened.approvals, limits, mostInFlight };
  const options: GatewayOptions = {
    policy: ready.policy,
    servers: Object.fromEntries([...servers].map(([name, each]) => [name, { ...shared, ...each, server: name }])),
    identity: httpIdentity(identifying, listen.host ?? "127.0.0.1", servers, ready.checked),
    listen,
    note: say,
  };
  const front = await meant(() => gateway(options));
  for (const [name, { path }] of servers) {
    say(`guards server \`${name}\` at ${front.url}${path} with policy ${ready.policy.digest}`);
  }
  const stopReloading = await reloading({ ...reloadOptions(opened), adopt: (policy) => front.adopt(policy) });
  await new Promise<void>((resolve) => {
    const release = onSignals(() => {
      // A second signal ends the process as it would any: what is on its way is in the log.
      release();
      resolve();
    });
  });
  say("ends: what is under way is answered first");
  await stopReloading();
  await front.close();
  return exitCodes.fine;
}

/** What options cannot be is a TypeError to embedders. */
async function meant<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (problem) {
    if (problem instanceof TypeError) throw new UsageError(problem.message);
    throw problem;
  }
}

function distinctPaths(servers: ReadonlyMap<string, ServerSettings>): void {
  const taken = new Map<string, string>();
  for (const [name, { path }] of servers) {
    const other = taken.get(path);
    if (other !== undefined)
      throw new UsageError(`\`${other}\` and \`${name}\` are both at ${path}: each needs a path of its own`);
    taken.set(path, name);
  }
}

function reloadOptions({ session, settings, ready, log, state, flight, carriedOut, say }: Opened) {
  return {
    carriedOut,
    ...{ session, policies: settings.policies, first: ready, watches: settings.reload, audit: log, say },
    adopted: (policy: Ready["policy"]) => state.driver.lookBack({ ...policy.windows, flight }),
  };
}

/** Acts on each signal that asks for an end; gives how to stop that. */
function onSignals(act: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, act);
  return () => {
    for (const signal of signals) process.off(signal, act);
  };
}
