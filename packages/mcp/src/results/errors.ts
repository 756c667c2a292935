import { isRecord, type JsonObject } from "@mcpolicy/core";
import { decideQuestion } from "../decide/questions.ts";
import { after, type Maybe } from "../maybe.ts";
import { methodRow } from "../methods/methods.ts";
import { understood } from "../methods/understood.ts";
import { own } from "../wire/message.ts";
import { cleanValue } from "./clean.ts";
import type { Heard, Hearing } from "./heard.ts";

/** A URL has to be visited first (MCP 2025-11-25, URL mode elicitation; forbidden in 2026-07-28). */
const URL_ELICITATION_REQUIRED = -32042;

/**
 * A server's JSON-RPC error as it may leave, under `error` of a passing result: its message and data are judged as texts of the result
 * would be, and URLs that it asks to visit are decided as elicitations.
 */
export function heardError(error: JsonObject, hearing: Hearing, capabilities: JsonObject | undefined): Maybe<Heard> {
  const { enforcer, decided } = hearing;
  const { code, message, data } = cleanValue(error);
  const given = {
    content: [{ type: "text", text: String(message) }],
    isError: true,
    ...(data === undefined ? undefined : { data }),
  };
  return after(enforcer.judge(decided, given), ({ decision, result }): Maybe<Heard> => {
    if (result === undefined) return { kind: "withheld", decision };
    const left = own(result as JsonObject, "data");
    const text = result.content?.[0]?.["text"];
    const shape = { code: code ?? null, message: text ?? "", ...(left === undefined ? undefined : { data: left }) };
    const whole: Heard = { kind: "passes", result: { error: shape }, kept: result };
    return code === URL_ELICITATION_REQUIRED ? decideUrls(shape, whole, hearing, capabilities) : whole;
  });
}

/** All of the URLs, or none: the server waits for all of them. */
function decideUrls(
  error: JsonObject,
  whole: Heard,
  hearing: Hearing,
  capabilities: JsonObject | undefined,
): Maybe<Heard> {
  const data = own(error, "data");
  const urls = isRecord(data) ? own(data, "elicitations") : undefined;
  const row = methodRow("elicitation/create", "server", "request");
  if (!Array.isArray(urls) || row === undefined) return whole;
  const next = (at: number): Maybe<Heard> => {
    if (at === urls.length) return whole;
    const params: unknown = urls[at];
    const fit = isRecord(params as JsonObject) ? understood(row.params.legacy, params as JsonObject) : undefined;
    const isUrl = fit !== undefined && "params" in fit && own(fit.params, "mode") === "url";
    const question = {
      row,
      params: isUrl ? fit.params : {},
      era: hearing.request.era,
      caller: hearing.caller,
      capabilities,
    };
    return after(
      decideQuestion(hearing.enforcer, hearing.settings, question),
      ({ decided, params: left }): Maybe<Heard> => {
        return left === undefined || !isUrl
          ? { kind: "withheld", decision: { ...decided.decision, effect: "deny" } }
          : next(at + 1);
      },
    );
  };
  return next(0);
}
