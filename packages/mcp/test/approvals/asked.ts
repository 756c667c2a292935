import type { JsonObject, Principal } from "@mcpolicy/core";
import { type ProofKeys, proofKeysOf } from "@mcpolicy/identity";
import { memoryApprovals } from "@mcpolicy/runtime";
import { type ApprovalChannelOptions, approvalChannel } from "../../src/approvals/channel.ts";
import { policyText, tool } from "../policy-text.ts";
import { dev, serving, type Wired, type WiredOptions, wired } from "../wired.ts";

export const listing = {
  tools: [
    tool("pay", { to: { type: "string" }, sum: { type: "number" } }),
    tool("move", { to: { type: "string" } }),
    tool("drop"),
    tool("wire"),
    tool("free"),
  ],
};

export const policy = policyText(
  `server s from "s.json"
principal { tenant?: string from claim "tenant" }
capability all { s.* }
role developer { all }
role lead { all }
role head { lead }
require "a second look" approval from lead for s.pay valid 10m because "Payments need a lead."
require "sure" approval from caller for s.move because "Moving is for good."
require "why" justification for s.drop
require "who" mfa for s.wire
limit "three" all to 30 per 1h per principal`,
  { "s.json": listing },
);

export const key = (kid: string, byte: number) => ({ kid, bytes: new Uint8Array(32).fill(byte) });
export const keys: ProofKeys = await proofKeysOf([key("a", 1)], "https://mcp.example.com");

export const noon: number = Date.parse("2026-11-22T12:00:00Z");
export const lead: Principal = { id: "boss", client: "console", roles: ["head"] };

/** A connection before which calls are asked about, at a time that a test sets. */
export interface Asked extends Wired {
  readonly approvals: ReturnType<typeof memoryApprovals>;
  readonly clock: { now: number };
  readonly notes: string[];
  as: Principal;
}

export function asked(options: Partial<ApprovalChannelOptions> = {}, more: Partial<WiredOptions> = {}): Asked {
  const clock = { now: noon };
  const now = (): number => clock.now;
  const approvals = memoryApprovals({ now });
  const notes: string[] = [];
  const who = { as: dev };
  const w = wired({
    ...{ policy, server: "s", script: serving(listing), now, caller: () => ({ principal: who.as }) },
    approvals: approvalChannel({ keys, approvals, now, note: (text) => notes.push(text), ...options }),
    ...more,
  });
  return Object.assign(who, w, { approvals, clock, notes });
}

/** A modern question as the client got it. */
export interface Question {
  readonly inputRequests: Readonly<Record<string, { readonly method: string; readonly params: JsonObject }>>;
  readonly requestState: string;
}

export function questionIn(answer: JsonObject): Question {
  const result = answer["result"] as JsonObject;
  if (result["resultType"] !== "input_required") throw new Error(`nothing was asked: ${JSON.stringify(answer)}`);
  return result as unknown as Question;
}

export const accepted = (content: JsonObject): JsonObject => ({ action: "accept", content });
export const yes = { "mcpolicy:approve": accepted({ approve: true }) };
