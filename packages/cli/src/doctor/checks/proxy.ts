import type { ProxyConfig } from "../../config/types.ts";
import { advisesOn, type Check, failsWith, unchecked, type Verdict } from "../check.ts";
import type { Deployment } from "../deployment.ts";

const write = "write the section `proxy` of mcpolicy.config.json, and start `policy proxy` by it";

/** What the configuration of `policy proxy` says of authentication. */
export const proxyCallers: readonly Check[] = [
  {
    name: "callers-verified",
    item: 1,
    title: "the proxy takes calls of callers that an issuer vouches for",
    run: ofProxy(({ auth = {} }) => {
      if (auth.principal !== undefined)
        return failsWith(["everybody is `proxy.auth.principal`, unverified"], "name the issuers' `keys` instead");
      if (auth.keys === undefined && auth.developmentClients === undefined)
        return failsWith(["`proxy.auth` does not say whose tokens are taken"], "name the issuers' `keys`");
      const found =
        auth.developmentClients === undefined
          ? []
          : ["development tokens prove that somebody has a shared secret, and nothing about a person"];
      return advisesOn(found, "name the `keys` of an issuer instead of `developmentClients`");
    }),
  },
  {
    name: "revocations-known",
    item: 1,
    title: "the proxy hears of tokens that are revoked",
    run: ofProxy(({ auth = {}, state }) =>
      advisesOn(
        auth.revocations === undefined && state === undefined
          ? ["no `revocations` and no shared `state`: a token counts until it ends by itself"]
          : [],
        "name the file that `policy token revoke` writes to as `proxy.auth.revocations`",
      ),
    ),
  },
];

/** What it says of the log. */
export const proxyLog: readonly Check[] = [
  {
    name: "log-written",
    item: 5,
    title: "the proxy writes a log, and lets no call pass without a record",
    run: ofProxy(({ audit }) => {
      if (audit === undefined)
        return failsWith(
          ["no `proxy.audit`: decisions go to standard error, where nobody can verify them"],
          "make a log with `policy audit init`, and name its folder",
        );
      if (audit.whenAway === "go-on")
        return failsWith(["calls go on while the log cannot be written"], "set `proxy.audit.whenAway` to `refuse`");
      const { sync = "every" } = audit;
      const found = sync === "every" ? [] : [`a crash loses what was decided in the last ${sync}`];
      return advisesOn(found, "set `proxy.audit.sync` to `every`, if what it costs can be borne");
    }),
  },
];

function ofProxy(run: (proxy: ProxyConfig) => Verdict): (deployment: Deployment) => Verdict {
  return ({ proxy }) => (proxy === undefined ? unchecked("nothing says how the proxy is started", write) : run(proxy));
}
