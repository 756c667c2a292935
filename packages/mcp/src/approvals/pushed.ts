import type { JsonObject } from "@mcpolicy/core";
import type { Lacking } from "../approvals.ts";
import type { Answer } from "../wire/message.ts";

/** Of what a timer takes, the longest (32 bits of milliseconds). */
const MOST_TIMER = 2 ** 31 - 1;

/** What the client of a live session answers to `elicitation/create`; undefined where no answer comes in time, or the call is given up. */
export async function pushed(
  { push, signal }: Lacking,
  params: JsonObject,
  milliseconds: number,
): Promise<Answer | undefined> {
  if (push === undefined || signal.aborted) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = (): void => {};
  const over = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    timer = setTimeout(stop, Math.min(milliseconds, MOST_TIMER));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([push("elicitation/create", params), over]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
