import {
  callerKeyOf,
  type HeldLabel,
  type LimitKeyIr,
  type Principal,
  type Proof,
  type State,
  type Take,
  type Value,
  type WhoIr,
} from "@mcpolicy/core";
import type { CheckedLabel, CheckedLimit, CheckedRequire } from "@mcpolicy/language";
import { readValue } from "./reference-condition.ts";
import type { Match } from "./reference-rules.ts";
import { byCodeUnits, isAmong, type Situation, withRoles } from "./reference-situation.ts";

// --------------------------------------------------------------------------------------------------------------- limits

/** What a limit asks of one call: what it would take, and whether there is room. */
export interface Asked {
  readonly match: Match<CheckedLimit>;
  /** Undefined where what is summed cannot be read. */
  readonly take: Take | undefined;
  readonly spent: boolean;
  /** When there is room again, from now; undefined where waiting does not help. */
  readonly retryAfterMs: number | undefined;
}

/** Holds a call against one limit. */
export function askLimit(match: Match<CheckedLimit>, call: string, state: State, situation: Situation): Asked {
  const { rule } = match;
  const { now } = situation;
  const key = keyOf(rule, situation);
  const takes = state.takes.filter((take) => take.rule === rule.id && take.key === key);
  if (rule.window.kind === "at once") {
    const open = takes.filter(({ atOnce }) => atOnce).length;
    const take = { rule: rule.id, key, at: now, amount: 1, call, atOnce: true };
    return { match, take, spent: open + 1 > rule.amount, retryAfterMs: undefined };
  }
  const { duration, of } = rule.window;
  const amount = of === undefined ? 1 : readValue(of, situation);
  if (typeof amount !== "number" || amount < 0) {
    return { match, take: undefined, spent: true, retryAfterMs: undefined };
  }
  const take = { rule: rule.id, key, at: now, amount, call, atOnce: false };
  const fits = (at: number): boolean => sumOf(takes, at - duration) + amount <= rule.amount;
  if (fits(now)) return { match, take, spent: false, retryAfterMs: undefined };
  const leaving = takes.filter((each) => each.at > now - duration).map((each) => each.at + duration);
  const free = leaving.toSorted((a, b) => a - b).find(fits);
  return { match, take, spent: true, retryAfterMs: free === undefined ? undefined : free - now };
}

/** What was taken after `from`. What is later than now, as a clock that went back shows it, lies in one window with now as well. */
function sumOf(takes: readonly Take[], from: number): number {
  return takes.filter(({ at, atOnce }) => !atOnce && at > from).reduce((sum, { amount }) => sum + amount, 0);
}

function keyOf({ keys }: CheckedLimit, { request }: Situation): string {
  return JSON.stringify(keys.map((key) => keyValue(key, request)));
}

function keyValue(key: LimitKeyIr, { principal, operation }: Situation["request"]): Value {
  switch (key.kind) {
    case "principal":
      return [principal["tenant"] ?? null, principal.id];
    case "client":
      return principal.client ?? null;
    case "server":
      return operation.server;
    case "tool":
      return "name" in operation ? `${operation.server}.${operation.name}` : operation.server;
    case "everyone":
      return "everyone";
    case "attribute":
      return principal[key.name] ?? null;
  }
}

// ------------------------------------------------------------------------------------------------------------ requires

/** The proof that answers a duty: of those that do, the first by id. Undefined where the request brings none. */
export function proofFor(rule: CheckedRequire, state: State, situation: Situation): Proof | undefined {
  const { request, now } = situation;
  return (request.proofs ?? [])
    .filter(({ id, at }) => at <= now && now - at < rule.valid && !state.spent.includes(id))
    .filter((proof) => proof.rules?.includes(rule.id) ?? true)
    .filter((proof) => answers(proof, rule, situation))
    .toSorted((a, b) => byCodeUnits(a.id, b.id))[0];
}

function answers(proof: Proof, { duty }: CheckedRequire, { policy, request }: Situation): boolean {
  switch (duty.kind) {
    case "mfa":
    case "justification":
      return proof.kind === duty.kind;
    case "duty":
      return proof.kind === "duty" && proof.name === duty.name;
    case "approval": {
      if (proof.kind !== "approval") return false;
      const isOwn = proof.by.id === request.principal.id;
      return duty.from === "caller" ? isOwn : !isOwn && isAmong(duty.from, withRoles(policy, proof.by));
    }
  }
}

/** A duty as the caller is told it. */
export function dutyText({ duty }: CheckedRequire): string {
  switch (duty.kind) {
    case "mfa":
    case "justification":
      return duty.kind;
    case "duty":
      return `duty ${JSON.stringify(duty.name)}`;
    case "approval":
      return `approval from ${duty.from === "caller" ? "caller" : whoText(duty.from)}`;
  }
}

function whoText({ anyone, roles, ids, except }: WhoIr): string {
  const atoms = [...(anyone ? ["anyone"] : []), ...roles.map(roleText), ...ids.map((id) => `id ${JSON.stringify(id)}`)];
  return `${atoms.join(" or ")}${except === undefined ? "" : ` except ${whoText(except)}`}`;
}

function roleText(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? name : `role ${JSON.stringify(name)}`;
}

// -------------------------------------------------------------------------------------------------------------- labels

/** The label that a rule sets; one that is set with a call's result has an end from the start. */
export function heldLabel(
  { label, duration }: CheckedLabel,
  principal: Principal,
  call: string,
  since: number,
  until?: number,
): HeldLabel {
  return { caller: callerKeyOf(principal), label, since, ...(until === undefined ? {} : { until }), call, duration };
}
