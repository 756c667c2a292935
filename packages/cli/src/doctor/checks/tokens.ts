import { durationText } from "@mcpolicy/core";
import type { Demands } from "@mcpolicy/identity";
import { type Check, failsWith, unchecked, type Verdict } from "../check.ts";
import type { Deployment } from "../deployment.ts";

const write = "write a `token` statement with the issuer and the audience of your servers";

/** The guide's five minutes. */
const longest = 5 * 60_000;

export const tokens: readonly Check[] = [
  {
    name: "tokens-asked-for",
    item: 1,
    title: "each call needs a token of a known issuer",
    run: ({ demands }) => {
      if (typeof demands === "string") return failsWith([demands], write);
      if (demands === undefined) return failsWith(["no `token` statement says whose tokens are taken"], write);
      return failsWith(demands.issuers.length === 0 ? ["the `token` statement names no issuer"] : [], write);
    },
  },
  {
    name: "tokens-short-lived",
    item: 1,
    title: "tokens live for five minutes at most",
    run: ofDemands(({ lifetime }) =>
      failsWith(
        lifetime > longest ? [`tokens may live for ${durationText(lifetime)}`] : [],
        "write `lifetime at most 5m`, and let clients renew their tokens",
      ),
    ),
  },
  {
    name: "tokens-audience-bound",
    item: 1,
    title: "tokens are bound to this deployment",
    run: ofDemands(({ audiences }) => {
      const wide = audiences.filter((each) => !/^(?:https:\/\/|urn:)./i.test(each));
      return failsWith(
        [
          ...(audiences.length === 0 ? ["the `token` statement names no audience"] : []),
          ...wide.map((each) => `the audience \`${each}\` may be anybody's: it is no https URL and no URN`),
        ],
        "name the URL of your MCP endpoint: a token for another service is then no good here",
      );
    }),
  },
];

function ofDemands(run: (demands: Demands) => Verdict): (deployment: Deployment) => Verdict {
  return ({ demands }) =>
    typeof demands === "object" ? run(demands) : unchecked("there is no `token` statement to look at", write);
}
