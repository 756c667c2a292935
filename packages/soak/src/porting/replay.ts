import {
  advance,
  type Decision,
  emptyState,
  includes,
  messageOf,
  parseEndpoint,
  type Request,
  type State,
} from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { decideByReference, disagreement } from "@mcpolicy/testing";
import type { Example, TraceEvent, Want } from "./rules.ts";
import { type Mapping, remembering, someTime, toRequest } from "./to-request.ts";

/** A rule's policy, ready to be asked. */
export interface Ported {
  readonly checked: CheckedPolicy;
  readonly policy: LoadedPolicy;
  readonly mapping: Mapping;
}

/** How an example came out otherwise than it wants, one line each; empty where it came out right. */
export function replay(example: Example, want: Want | undefined, ported: Ported): readonly string[] {
  try {
    if (example.trace !== undefined) return replayTrace(example, example.trace, ported);
    if (example.connect !== undefined) return connectWrong(example.connect, want, ported);
    if (want === undefined) throw new Error("an example wants nothing");
    const time = example.now === undefined ? someTime : Date.parse(example.now);
    const request = toRequest(example, ported.checked, ported.mapping, time);
    if (typeof want !== "string") return listWrong(request, want, ported);
    return wrong(decided(request, ported), want, JSON.stringify(example));
  } catch (failure) {
    return [`${JSON.stringify(example)}: ${messageOf(failure)}`];
  }
}

/** The decision, which the reference must share. */
function decided(request: Request, ported: Ported, decision: Decision = ported.policy.decide(request)): Decision {
  if (decision.reason === "fault") throw new Error(`a fault: ${decision.kept.fault}`);
  const difference = disagreement(decideByReference(ported.checked, request, ported.policy.validate), decision);
  if (difference !== undefined) throw new Error(difference);
  return decision;
}

/** What lets nothing through is a denial, whatever its name. */
function wrong(decision: Decision, want: Exclude<Want, readonly string[]>, what: string): readonly string[] {
  const got = decision.effect === "invalid" || decision.effect === "unauthenticated" ? "deny" : decision.effect;
  return got === want ? [] : [`${what}: ${decision.effect} (${decision.reason}), wanted ${want}`];
}

function listWrong(request: Request, want: readonly string[], { policy }: Ported): readonly string[] {
  const { principal, operation, context } = request;
  const shown = policy.list(principal, "tool", operation.server, context.time);
  const [got, wanted] = [[...shown].sort().join(", "), [...want].sort().join(", ")];
  return got === wanted ? [] : [`the list shows [${got}], wanted [${wanted}]`];
}

function connectWrong(connect: string, want: Want | undefined, { checked }: Ported): readonly string[] {
  const [server] = checked.servers;
  const listed = (checked.deployment.network[server?.name ?? ""] ?? []).flatMap((each) => parseEndpoint(each) ?? []);
  const asked = parseEndpoint(connect);
  const got = asked !== undefined && listed.some((each) => includes(each, asked)) ? "allow" : "deny";
  return got === want ? [] : [`connect ${connect}: ${got}, wanted ${want}`];
}

// ----------------------------------------------------------------------------------------------------------------- traces

interface Replaying {
  state: State;
  /** Calls that were let through and have no answer yet, oldest first. */
  readonly open: { readonly id: string; readonly key: string; readonly request: Request }[];
  asked: number;
}

/** Events in order on one state, each request through `step`, each completed call through `answer`. */
function replayTrace(example: Example, trace: readonly TraceEvent[], ported: Ported): readonly string[] {
  const { trace: _, want: __, ...shared } = example;
  const running: Replaying = { state: emptyState, open: [], asked: 0 };
  return trace.flatMap((event) => {
    const what = `at ${event.at} s ${event.request ?? event.response} ${JSON.stringify(event.args ?? {})}`;
    if (event.response !== undefined) {
      complete({ ...shared, ...event, tool: event.response }, ported, running);
      return [];
    }
    if (event.request === undefined || typeof event.want !== "string") throw new Error(`${what} wants nothing`);
    return wrong(ask({ ...shared, ...event, tool: event.request }, ported, running), event.want, what);
  });
}

function ask(event: TraceEvent, ported: Ported, running: Replaying): Decision {
  const time = someTime + event.at * 1000;
  const request = remembering(toRequest(event, ported.checked, ported.mapping, time), running.state);
  running.asked += 1;
  const id = `call ${running.asked}`;
  const { decision, event: change } = ported.policy.step(request, id);
  decided(request, ported, decision);
  if (change !== undefined) running.state = advance(running.state, change, ported.policy.windows);
  if (decision.effect === "allow") running.open.push({ id, key: keyOf(event), request });
  return decision;
}

/** Answers the oldest open call of this tool and these arguments; where there is none, the call is made first. */
function complete(event: TraceEvent, ported: Ported, running: Replaying): void {
  const open = () => running.open.findIndex(({ key }) => key === keyOf(event));
  if (open() < 0) {
    const decision = ask(event, ported, running);
    if (decision.effect !== "allow") throw new Error(`the completed ${event.tool} could not have been called`);
  }
  const [call] = running.open.splice(open(), 1);
  const request = { ...call!.request, state: running.state };
  const result = { content: [], structuredContent: event.output ?? {} };
  const { event: change } = ported.policy.answer(request, call!.id, result, someTime + event.at * 1000);
  if (change !== undefined) running.state = advance(running.state, change, ported.policy.windows);
}

function keyOf({ tool, server, args }: Example): string {
  return JSON.stringify([server ?? null, tool ?? null, args ?? {}]);
}
