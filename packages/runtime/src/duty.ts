import type { PolicyIr, Principal, Proof, RequireIr, State, WhoIr } from "@mcpolicy/core";
import { type Caller, includedRoles } from "./caller.ts";
import { byId } from "./explain.ts";
import { isAbout } from "./rule-truth.ts";

/** What proofs are held against: whose call it is, when, and which proofs let a call through before. */
export interface Proving {
  readonly ir: Pick<PolicyIr, "roles">;
  readonly caller: Caller;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly state: State;
}

/** The proof that answers a duty: the first by id of those that do; undefined where none does. */
export function proofFor(rule: RequireIr, proofs: readonly Proof[], proving: Proving): Proof | undefined {
  const { now, state } = proving;
  return (
    proofs
      // One without an id could never be told from itself: it would never be spent.
      .filter(({ id }) => typeof id === "string" && id !== "" && !state.spent.includes(id))
      .filter(({ at }) => at <= now && now - at < rule.valid)
      .filter(({ rules }) => rules === undefined || rules.includes(rule.id))
      .filter((proof) => answers(proof, rule.duty, proving))
      .toSorted(byId)[0]
  );
}

function answers(proof: Proof, duty: RequireIr["duty"], proving: Proving): boolean {
  switch (duty.kind) {
    case "mfa":
    case "justification":
      return proof.kind === duty.kind;
    case "duty":
      return proof.kind === "duty" && proof.name === duty.name;
    case "approval":
      return proof.kind === "approval" && mayApprove(proving.ir, duty.from, proof.by, proving.caller.id);
  }
}

/**
 * Whether a principal's approval of a caller's call is one that a duty asks for: `from caller` is a word of the caller's own; every other approval
 * is somebody else's.
 */
export function mayApprove(
  ir: Pick<PolicyIr, "roles">,
  from: WhoIr | "caller",
  by: Pick<Principal, "id" | "roles">,
  callerId: string,
): boolean {
  const isCaller = by.id === callerId;
  if (from === "caller") return isCaller;
  return !isCaller && isAbout(from, { id: by.id, roles: includedRoles(ir, by.roles) });
}

/** A duty in words that a caller may be told: `approval from lead or ops`, `mfa`, `duty "NAME"`. */
export function dutyText({ duty }: RequireIr): string {
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
  const named = [
    ...(anyone ? ["anyone"] : []),
    ...roles.map((role) => (/^[A-Za-z_][\w-]*$/.test(role) ? role : `role ${JSON.stringify(role)}`)),
    ...ids.map((id) => `id ${JSON.stringify(id)}`),
  ];
  return `${named.join(" or ")}${except === undefined ? "" : ` except ${whoText(except)}`}`;
}
