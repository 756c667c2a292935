import { advisesOn, type Check, failsWith, holds, listed, unchecked } from "../check.ts";
import type { Deployment } from "../deployment.ts";

export const roles: readonly Check[] = [
  {
    name: "grants-narrow",
    item: 2,
    title: "no rule grants everything",
    run: ({ findings }) =>
      failsWith(
        findings.filter(({ code }) => code === "P0408").map(({ message, span }) => `${message} (${span.file})`),
        "name the servers or the tools",
      ),
  },
  {
    name: "grants-to-roles",
    item: 2,
    title: "what is granted is granted to roles or callers, not to anyone",
    run: ({ checked }) => {
      const wide = enforced(checked).filter(({ who }) => who.anyone && who.except === undefined);
      const found = wide.length === 0 ? [] : [`anyone is granted something by ${listed(wide.map(({ id }) => id))}`];
      return advisesOn(found, "grant to a role what not every authenticated caller needs");
    },
  },
  {
    name: "grants-used",
    item: 2,
    title: "each grant was used",
    run: ({ checked, log }) => {
      if (log === undefined) return unchecked("no log says which grants were used", "name the audit log: --log DIR");
      if (log.decisions === 0) return unchecked("the log holds no decision", "look again once there are some");
      const idle = enforced(checked).filter(({ id }) => !log.rules.has(id));
      const found = idle.length === 0 ? [] : [`in the log nothing was allowed by ${listed(idle.map(({ id }) => id))}`];
      return failsWith(found, "take away what nobody needs, or look at a longer time");
    },
  },
  {
    name: "roles-reach-something",
    item: 2,
    title: "each role and capability is of use",
    run: ({ findings }) => {
      const idle = findings.filter(({ code }) => code === "P0401" || code === "P0403");
      return idle.length === 0
        ? holds
        : advisesOn(
            idle.map(({ message }) => message),
            "remove it, or list it in a role",
          );
    },
  },
];

function enforced(checked: Deployment["checked"]) {
  return checked.rules.filter(({ effect, shadow }) => effect === "allow" && !shadow);
}
