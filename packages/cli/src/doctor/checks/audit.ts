import { advisesOn, type Check, failsWith, holds, unchecked } from "../check.ts";

const name = "name the audit log: --log DIR";

export const audit: readonly Check[] = [
  {
    name: "log-keeps-stated",
    item: 5,
    title: "the policy says what the log keeps",
    run: ({ checked }) =>
      advisesOn(
        checked.deployment.audit === undefined
          ? ["no `audit` statement: names of arguments and salted digests are kept"]
          : [],
        "write `audit { arguments hashed, results size }`, or what your reviews need",
      ),
  },
  {
    name: "log-verifies",
    item: 5,
    title: "the log is whole, and a key from outside vouches for it",
    run: ({ log }) => {
      if (log === undefined) return unchecked("no log was given", name);
      if (log.wrong.length > 0) return failsWith(log.wrong, "do not rely on it: `policy audit verify` says more");
      if (log.isVouchedFor) return holds;
      return unchecked(
        "the log's own key vouches for it, and whoever rewrote it could have replaced that one",
        "name the public key that you keep apart: --key FILE",
      );
    },
  },
  {
    name: "log-complete",
    item: 5,
    title: "each call that was let through has its outcome in the log",
    run: ({ log }) => {
      if (log === undefined) return unchecked("no log was given", name);
      const found =
        log.open === 0
          ? []
          : [`${log.open} of ${log.decisions} decisions let a call through of which no outcome is written`];
      return advisesOn(found, "calls under way are among them, and those of a server that was killed");
    },
  },
  {
    name: "log-of-this-policy",
    item: 5,
    title: "the log's latest decisions were made by this policy",
    run: ({ log, digest }) => {
      if (log === undefined) return unchecked("no log was given", name);
      const { lastPolicy } = log;
      if (lastPolicy === undefined) return unchecked("the log holds no decision", "look again once there are some");
      return failsWith(
        lastPolicy === digest ? [] : [`the last was made by ${lastPolicy}`],
        "load this policy, or look at the one that is loaded",
      );
    },
  },
];
