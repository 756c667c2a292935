import { isRecord, type JsonObject } from "@mcpolicy/core";
import type { RequestMessage } from "../wire/message.ts";
import { own } from "../wire/message.ts";

/** Before the names of our questions in `inputRequests`, so that they never meet the server's own. */
export const OURS = "mcpolicy:";

/** Before each sealed question; what begins otherwise is the server's own state. */
const SEALED = "mcpolicy-approval.";

/** What a request brings for questions of ours, and what it is without that. */
export interface Parts {
  /** A question that seems to be sealed by us. */
  readonly sealed: string | undefined;
  /** What the person answered, by the name of our question. */
  readonly answers: JsonObject;
  /** The same object as the request's where nothing was ours. Beside a question of ours nothing is the server's. */
  readonly params: JsonObject;
}

/** Tells ours from the server's own in a request (MCP 2026-07-28, multi round-trip requests). */
export function partsOf({ params }: RequestMessage): Parts {
  const state = own(params, "requestState");
  const given = own(params, "inputResponses");
  const responses = isRecord(given) ? given : {};
  const sealed = typeof state === "string" && state.startsWith(SEALED) ? state : undefined;
  const ours = Object.keys(responses).filter((name) => name.startsWith(OURS));
  if (sealed === undefined && ours.length === 0) return { sealed, answers: {}, params };
  const answers = Object.fromEntries(ours.map((name) => [name, responses[name] as JsonObject]));
  const { requestState: _, inputResponses: __, ...rest } = params;
  if (sealed !== undefined) return { sealed, answers, params: rest };
  const theirs = Object.entries(responses).filter(([name]) => !name.startsWith(OURS));
  return {
    ...{ sealed, answers },
    params: {
      ...rest,
      ...(state === undefined ? {} : { requestState: state }),
      ...(theirs.length === 0 ? {} : { inputResponses: Object.fromEntries(theirs) }),
    },
  };
}
