import { isRecord, type JsonObject } from "@mcpolicy/core";
import { decideQuestion, type QuestionDecided } from "../decide/questions.ts";
import { after, type Maybe } from "../maybe.ts";
import { methodRow } from "../methods/methods.ts";
import { understood } from "../methods/understood.ts";
import { CLIENT_CAPABILITIES, own } from "../wire/message.ts";
import { cleanValue } from "./clean.ts";
import { type Heard, type Hearing, passes, withheld } from "./heard.ts";

/** The methods whose results may ask for more (MCP 2026-07-28, multi round-trip requests). */
export const mayAsk: ReadonlySet<string> = new Set(["tools/call", "resources/read", "prompts/get"]);

/**
 * A result that asks the client for more before it is one: each question is decided as if it was pushed, and taken out where it is denied. Where
 * nothing is left to ask, the result is a denial: the server waits for what it does not get.
 */
export function inputRequired(result: JsonObject, hearing: Hearing): Maybe<Heard> {
  const { request, row } = hearing;
  if (request.era !== "modern" || !mayAsk.has(row.method))
    return withheld("the result asks for more, where it may not");
  const { inputRequests, requestState, _meta: meta } = result;
  if (inputRequests !== undefined && !isRecord(inputRequests)) return withheld("what the result asks for is no map");
  if (requestState !== undefined && typeof requestState !== "string") return withheld("the result's state is no text");
  const state = requestState === undefined ? {} : { requestState };
  return after(decideAll(Object.entries(inputRequests ?? {}), hearing, []), (asked): Heard => {
    const left = asked.flatMap(({ key, method, decision: { params } }) =>
      params === undefined ? [] : [[key, { method, ...(Object.keys(params).length === 0 ? {} : { params }) }] as const],
    );
    const [refused] = asked.filter(({ decision: { params } }) => params === undefined);
    if (left.length === 0 && requestState === undefined) {
      return refused === undefined
        ? withheld("the result asks for more, and for nothing")
        : { kind: "withheld", decision: { ...refused.decision.decided.decision, effect: "deny" } };
    }
    const questions = left.length === 0 ? {} : { inputRequests: Object.fromEntries(left) };
    return passes({ resultType: "input_required", ...questions, ...state, ...(isRecord(meta) ? { _meta: meta } : {}) });
  });
}

interface AskedWithin {
  readonly key: string;
  readonly method: string;
  readonly decision: QuestionDecided;
}

function decideAll(
  [first, ...rest]: readonly (readonly [string, unknown])[],
  hearing: Hearing,
  before: readonly AskedWithin[],
): Maybe<readonly AskedWithin[]> {
  if (first === undefined) return before;
  const [key, entry] = first;
  return after(decideOne(key, entry, hearing), (asked) =>
    decideAll(rest, hearing, asked === undefined ? before : [...before, asked]),
  );
}

/** Undefined for what is no question at all: it is taken out. */
function decideOne(key: string, entry: unknown, hearing: Hearing): Maybe<AskedWithin | undefined> {
  const { enforcer, settings, request, caller } = hearing;
  if (!isRecord(entry as JsonObject)) return undefined;
  const method = own(entry as JsonObject, "method");
  const params = own(entry as JsonObject, "params") ?? {};
  const row = typeof method === "string" ? methodRow(method, "server", "request") : undefined;
  if (row === undefined || row.gate !== "question" || !isRecord(params)) return undefined;
  const fit = understood(row.params.modern, params);
  if ("wrong" in fit) return undefined;
  const question = {
    ...{ row, params: cleanValue(fit.params), era: request.era, caller },
    capabilities: declaredIn(request.params),
  };
  return after(decideQuestion(enforcer, settings, question), (decision) => ({ key, method: row.method, decision }));
}

/** What a modern request says that its client can be asked. */
export function declaredIn(params: JsonObject): JsonObject | undefined {
  const meta = own(params, "_meta");
  const declared = isRecord(meta) ? own(meta, CLIENT_CAPABILITIES) : undefined;
  return isRecord(declared) ? declared : undefined;
}
