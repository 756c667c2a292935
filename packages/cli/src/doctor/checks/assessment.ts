import { exitCodeOf, totalsOf } from "@mcpolicy/testing";
import { type Check, failsWith, listed, unchecked } from "../check.ts";
import { ruleKey } from "../deployment.ts";

export const assessment: readonly Check[] = [
  {
    name: "tests-pass",
    item: 7,
    title: "the policies have tests, and they pass",
    run: ({ tests: { runs } }) => {
      const totals = totalsOf(runs);
      if (totals.files === 0) return failsWith(["no test file lies beside the policies"], "write one: NAME.test.yaml");
      const broken = runs.filter((run) => exitCodeOf(totalsOf([run])) !== 0);
      return failsWith(
        broken.map(({ file }) => `${file} does not pass`),
        "run `policy test`",
      );
    },
  },
  {
    name: "rules-tested",
    item: 7,
    title: "each rule made a decision in some test",
    run: ({ checked, tests: { runs, decided } }) => {
      if (runs.length === 0) return unchecked("there are no tests", "write some: NAME.test.yaml");
      const rules = [checked.rules, checked.requires, checked.limits].flat().filter(({ shadow }) => !shadow);
      const idle = rules.filter(({ id, span }) => !decided.has(ruleKey(span.file, id)));
      const found = idle.length === 0 ? [] : [`in no test a decision was made by ${listed(idle.map(({ id }) => id))}`];
      return failsWith(found, "write a test that the rule decides, or remove the rule");
    },
  },
  {
    name: "pins-whole",
    item: 7,
    title: "pins carry digests, so that a tool that changes is noticed",
    run: ({ findings, checked }) => {
      if (checked.servers.every(({ untyped }) => untyped))
        return unchecked("nothing is pinned", "pin the servers' tools");
      const loose = findings.filter(({ code }) => code === "P0505").map(({ span }) => span.file);
      const found = loose.length === 0 ? [] : [`no digests in ${listed(loose)}`];
      return failsWith(found, "renew the pins: `policy init`, `policy pin`");
    },
  },
  {
    name: "pins-fresh",
    item: 7,
    title: "what servers offer is what was pinned",
    run: ({ moved, log }) => {
      const seen = moved ?? log?.moved;
      if (seen === undefined) {
        return unchecked(
          "the servers were not asked, and no log says what they offered",
          "ask them: --live, or name the audit log: --log DIR",
        );
      }
      return failsWith(seen.slice(0, 12), "look at what moved, then renew the pins: `policy pin`");
    },
  },
  {
    name: "reviews-done",
    item: 7,
    title: "no rule is past its review or its end",
    run: ({ findings }) =>
      failsWith(
        findings.filter(({ code }) => code === "P0405").map(({ message, span }) => `${message} (${span.file})`),
        "read the rule again, then set the next date or remove it",
      ),
  },
];
