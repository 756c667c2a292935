import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import type { Deciding } from "../decide/gates.ts";
import type { Era } from "../wire/message.ts";
import { announced, withoutUrls } from "./capabilities.ts";

/** What asks for each capability of a client. */
const askedBy = { sampling: "sampling", elicitation: "elicitation", roots: "roots" } as const;

/**
 * A client's capabilities as the server gets to see them: those that the policy could let it use on behalf of this caller. The same object
 * where that is all of them.
 */
export function clientCapabilities(
  declared: Value | undefined,
  era: Era,
  caller: Caller,
  { enforcer, settings }: Pick<Deciding, "enforcer" | "settings">,
): JsonObject {
  if (!isRecord(declared)) return {};
  if (Object.keys(declared).length === 0) return declared;
  const isWanted = (name: string): boolean =>
    Object.hasOwn(askedBy, name) &&
    enforcer.policy.isListed(
      caller.principal,
      { kind: askedBy[name as keyof typeof askedBy], server: enforcer.server.name },
      enforcer.now(),
    );
  const left = announced("client", declared, era, isWanted);
  const { elicitation, ...rest } = left;
  const hosts = settings.elicitation?.hosts ?? [];
  const asked = elicitation === undefined || hosts.length > 0 ? elicitation : withoutUrls(elicitation);
  const whole = asked === undefined ? rest : { ...rest, elicitation: asked };
  return Object.keys(whole).length === Object.keys(declared).length && asked === elicitation ? declared : whole;
}
