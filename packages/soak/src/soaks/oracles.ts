import { confusables } from "../oracles/confusables.ts";
import { hostilePolicies } from "../oracles/hostile-policies.ts";
import { ajv7, ajv2020, draft7, draft2020 } from "../oracles/json-schema.ts";
import { jwtAttacks } from "../oracles/jwt-attacks.ts";
import type { Oracle, OracleReport } from "../oracles/oracle.ts";
import { picomatch } from "../oracles/picomatch.ts";
import { signatures } from "../oracles/signatures.ts";
import { toAscii, urls } from "../oracles/urls.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** Whoever else has answers. JSON texts (`json-parsing`) are held against the intake in the tests of `core`. */
const all: readonly Oracle[] = [
  picomatch,
  urls,
  toAscii,
  draft7,
  draft2020,
  ajv7,
  ajv2020,
  ...hostilePolicies,
  confusables,
  ...signatures,
  jwtAttacks,
];

/** Other people's test suites: where our answers differ, the reason is documented, and so is the number. */
export const oracles: Soak = {
  name: "oracles",
  summary: "test suites of others: globs, URLs, JSON Schema, hostile strings, signatures; each difference documented",
  needsShared: true,
  async run({ shared }): Promise<SoakResult> {
    const reports: OracleReport[] = [];
    for (const oracle of all) reports.push(await oracle.run(shared!));
    return {
      ok: reports.every(({ undocumented }) => undocumented.length === 0),
      lines: [
        ...reports.flatMap(linesOf),
        "json-parsing: held against the intake by packages/core/test/intake.test.ts",
      ],
      data: { oracles: reports },
    };
  },
};

function linesOf({ oracle, cases, agreed, documented, notApplicable, undocumented }: OracleReport): readonly string[] {
  const total = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);
  const listed = (counts: Readonly<Record<string, number>>): readonly string[] =>
    Object.entries(counts).map(([reason, count]) => `  ${count} ${reason}`);
  const leftOut = total(notApplicable);
  return [
    `${oracle}: ${cases} cases, agreed ${agreed}, documented differences ${total(documented)}, ${leftOut === 0 ? "" : `not applicable ${leftOut}, `}undocumented ${undocumented.length}`,
    ...listed(documented),
    ...listed(notApplicable),
    ...undocumented.map((each) => `PROBLEM ${oracle}: ${each}`),
  ];
}
