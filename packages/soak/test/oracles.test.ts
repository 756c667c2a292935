import { describe, expect, test } from "vitest";
import { hostilePolicies } from "../src/oracles/hostile-policies.ts";
import { ajv7, ajv2020, draft7, draft2020 } from "../src/oracles/json-schema.ts";
import { jwtAttacks } from "../src/oracles/jwt-attacks.ts";
import { tallyOf } from "../src/oracles/oracle.ts";
import { picomatch } from "../src/oracles/picomatch.ts";
import { signatures } from "../src/oracles/signatures.ts";
import { toAscii, urls } from "../src/oracles/urls.ts";
import { isSharedRequired, sharedFolder } from "../src/shared.ts";

const shared = sharedFolder();
const missing = `no outside data at MCPOLICY_SHARED (${process.env["MCPOLICY_SHARED"] ?? "../shared"}): 14 oracles are not run`;
if (shared === undefined) console.warn(missing);

test("outside data is there where it is required", () => {
  if (isSharedRequired()) expect(shared, missing).toBeDefined();
});

// All of them: `pnpm soak oracles`. `agreed` is stated, so that a suite that shrinks or is passed over does not go unseen.
describe.skipIf(shared === undefined)("oracles", () => {
  test.for([
    [picomatch, 3_890],
    [urls, 851],
    [toAscii, 87],
    [draft7, 924],
    [draft2020, 1_278],
    [ajv7, 923],
    [ajv2020, 1_209],
    ...signatures.map((oracle, at) => [oracle, [87, 0, 0, 151, 357][at]!] as const),
    [jwtAttacks, 22],
    [hostilePolicies.find(({ name }) => name === "prototype-pollution")!, 430],
  ] as const)("$0.name", async ([oracle, agreed]) => {
    const report = await oracle.run(shared!);
    expect(report.undocumented).toEqual([]);
    expect(report.agreed).toBe(agreed);
  });
});

describe("a tally", () => {
  const documented = [{ reason: "known", count: 2 }];

  test("takes what is documented, as often as it is", () => {
    const tally = tallyOf("x", documented, [{ reason: "not ours", count: 1 }]);
    tally.agrees();
    tally.differs("known");
    tally.differs("known");
    tally.leavesOut("not ours");
    expect(tally.report()).toEqual({
      oracle: "x",
      cases: 4,
      agreed: 1,
      documented: { known: 2 },
      notApplicable: { "not ours": 1 },
      undocumented: [],
    });
  });

  test("tells what nobody documented, and counts that changed", () => {
    const tally = tallyOf("x", documented);
    tally.differs("known");
    tally.differs("new");
    tally.leavesOut("passed over");
    tally.undocumented("a bug");
    expect(tally.report().undocumented).toEqual([
      "a bug",
      "known: documented 2 times, met 1 times",
      "new: documented 0 times, met 1 times",
      "passed over: documented 0 times, met 1 times",
    ]);
  });
});
