import { distinct, lowest, nothingTaken } from "../outcome.ts";
import { asSeenBy } from "../side.ts";
import { binder, type EmbeddedPolicy } from "./embedded-policy.ts";

/** A policy together with those that it narrows: the lowest decides. */
export function narrowed(own: EmbeddedPolicy, wider: readonly EmbeddedPolicy[]): EmbeddedPolicy {
  const all = [own, ...wider];
  const decide: EmbeddedPolicy["decide"] = (request) => {
    const others = wider.map((policy, side) => policy.decide(asSeenBy(side, request)));
    return lowest([nothingTaken(own.decide(request)), ...others.map(nothingTaken)]).decision;
  };
  const permits: EmbeddedPolicy["permits"] = (request) => decide(request).effect === "allow";
  return {
    decide,
    permits,
    bind: binder(permits),
    list(principal, kind, server, time) {
      return own
        .list(principal, kind, server, time)
        .filter((name) => wider.every((policy) => policy.list(principal, kind, server, time).includes(name)));
    },
    validate: (server, tool, args) => distinct(all.flatMap((policy) => policy.validate(server, tool, args))),
  };
}
