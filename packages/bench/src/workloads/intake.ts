import type { Engine } from "../engine.ts";
import { caslOf } from "../engines/casl.ts";
import { loaded, requestOf } from "../engines/mcpolicy.ts";
import { w1 } from "../rule-sets/w1.ts";
import { isValidByHand } from "../rule-sets/w1-validation-by-hand.ts";
import type { RuleRequest } from "../rules/rule.ts";
import type { Workload } from "../workload.ts";
import { ajvOf, requests } from "./validation.ts";

/** A message as a client sends it, and the caller that the connection is of. */
interface Received {
  readonly text: string;
  readonly principal: RuleRequest["principal"];
}

/** What another engine reads of a message that `JSON.parse` has read, without asking what it is. */
interface Call {
  readonly params: { readonly name: string; readonly arguments: RuleRequest["args"] };
}

function messages(): readonly Received[] {
  return requests().map(({ principal, tool, args }, id) => {
    const params = { name: tool, arguments: args };
    return { text: JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params }), principal };
  });
}

const jsonParse: Engine<Received> = {
  name: "json-parse",
  label: "`JSON.parse` alone: no checks, no decision",
  isYardstick: true,
  load: () => ({ answer: ({ text }) => JSON.parse(text) }),
};

const byHand: Engine<Received> = {
  name: "by-hand",
  label: "`JSON.parse`, then validation and decision by hand",
  load: () => {
    const { byHand: decide } = w1();
    return { answer: (received) => asRequest(received, (request) => isValidByHand(request) && decide(request)) };
  },
};

const mcpolicy: Engine<Received> = {
  name: "mcpolicy",
  label: "mcpolicy: strict intake, message, validation, decision",
  load: async () => {
    const { intake, toMessage } = await import("@mcpolicy/mcp");
    const policy = await loaded(w1());
    return {
      answer({ text, principal }) {
        const read = intake(text);
        if (read.kind !== "value") return false;
        const message = toMessage(read.value);
        if (message.kind !== "request" || message.method !== "tools/call") return false;
        const { name, arguments: args } = message.params as unknown as Call["params"];
        return policy.permits(requestOf({ principal, session: 0, tool: name, args }));
      },
    };
  },
};

const ajvCasl: Engine<Received> = {
  name: "ajv+casl",
  label: "`JSON.parse`, ajv, CASL",
  peers: ["ajv", "@casl/ability"],
  load: async () => {
    const isValid = await ajvOf();
    const casl = await caslOf(w1());
    return { answer: (received) => asRequest(received, (request) => isValid(request) && casl(request)) };
  },
};

function asRequest({ text, principal }: Received, decide: (request: RuleRequest) => boolean): boolean {
  const { params } = JSON.parse(text) as Call;
  return decide({ principal, session: 0, tool: params.name, args: params.arguments });
}

/** From the text of a message to the decision. */
export const intakeWorkload: Workload<Received> = {
  name: "intake",
  title: "From the JSON text of a message to a decision: W1 with validation",
  isQuick: true,
  // A machine that others use is slower for seconds at a time: the best of several is not luck.
  rounds: 6,
  otherRounds: 2,
  inputs: messages,
  engines: [byHand, jsonParse, mcpolicy, ajvCasl],
  base: "json-parse",
  targets: [{ engine: "mcpolicy", limit: { times: 2.5, of: "json-parse" } }],
};
