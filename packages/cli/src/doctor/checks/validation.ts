import { type Check, failsWith, listed } from "../check.ts";
import { looseStrings } from "../loose-strings.ts";

export const validation: readonly Check[] = [
  {
    name: "tools-typed",
    item: 4,
    title: "the tools of each server are pinned, so that arguments are held against their schemas",
    run: ({ ir }) => {
      const untyped = ir.servers.filter((each) => each.untyped);
      const found = untyped.length === 0 ? [] : [`nothing is pinned of ${listed(untyped.map(({ name }) => name))}`];
      return failsWith(found, 'pin their tools (`policy init`, `policy pin`), and write `server NAME from "FILE"`');
    },
  },
  {
    name: "strings-bounded",
    item: 4,
    title: "each text that an allowed tool takes is bounded by a schema, a check or a rule",
    run: (deployment) => {
      const loose = looseStrings(deployment);
      const found = loose.length === 0 ? [] : [`no schema, check or condition says anything about ${listed(loose)}`];
      return failsWith(found, "write a `check`: `check fs.read_file { path: path size 1..4096 }`");
    },
  },
];
