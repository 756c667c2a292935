import { isRecord, type JsonObject } from "@mcpolicy/core";
import { filterTools, type ToolFilter } from "./filter.ts";
import { own } from "./message.ts";
import { announced, type MethodRow } from "./methods.ts";

/** What becomes of a server's result: it goes on, perhaps changed, or is withheld. `stale`: the live definitions have moved. */
export type Heard =
  | { readonly kind: "result"; readonly result: JsonObject; readonly stale?: boolean }
  | { readonly kind: "withheld"; readonly why: string; readonly stale?: boolean };

type Hear = (result: JsonObject, filter: ToolFilter) => Heard;

/** How each kind of result is heard; `MethodRow.result` names it. */
export const results: Readonly<Record<MethodRow["result"], Hear>> = {
  "as-is": whole(passed),
  initialize: whole((result) => {
    const capabilities = own(result, "capabilities");
    if (!isRecord(capabilities)) return withheld("the server names no capabilities");
    return passed({ ...result, capabilities: announced("server", capabilities) });
  }),
  "tools/list": whole((result, filter) => {
    const filtered = filterTools(result, filter);
    if (filtered === undefined) return withheld("the server's list of tools is none");
    return { kind: "result", result: filtered.result, stale: filtered.moved };
  }),
  "tools/call": whole((result) =>
    Array.isArray(own(result, "content")) ? passed(result) : withheld("the result has no content"),
  ),
  none: () => withheld("nothing was asked"),
};

/** Results that ask for more (`input_required`) or come later (`task`) have no row yet, so they are withheld. */
function whole(hear: Hear): Hear {
  return (result, filter) => {
    const type = own(result, "resultType");
    if (type !== undefined && type !== "complete") return withheld("the result is of a type that is not let through");
    return hear(result, filter);
  };
}

function passed(result: JsonObject): Heard {
  return { kind: "result", result };
}

function withheld(why: string): Heard {
  return { kind: "withheld", why };
}
