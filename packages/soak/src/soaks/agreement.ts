import { agreement as compare } from "../agreement/agreement.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** Reference, generated code, closures and explainer over random policies and requests. */
export const agreement: Soak = {
  name: "agreement",
  summary: "all evaluators against the reference, on random policies and requests, and the laws",
  needsShared: false,
  run({ cases, seed, quick }): SoakResult {
    const report = compare({ cases, seed, laws: !quick, minimised: !quick, perPolicy: quick ? 80 : 250 });
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    const { shares, refused } = report;
    const reasons = Object.entries(refused.reasons)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 8);
    const lines = [
      `seed ${report.seed}: ${report.cases} requests to ${report.policies} policies, ${report.lists} lists and explanations`,
      `allowed ${percent(shares.allowed)}, denied by a rule ${percent(shares.deniedByRule)}, touched by an unknown ${percent(shares.touchedByUnknown)}`,
      ...Object.entries(report.outcomes)
        .toSorted()
        .map(([outcome, count]) => `  ${outcome} ${count}`),
      `${report.courses} courses of requests with answers, by what their steps came to:`,
      ...Object.entries(report.inCourses)
        .toSorted()
        .map(([outcome, count]) => `  ${outcome} ${count}`),
      `laws tried: ${Object.entries(report.laws)
        .map(([law, count]) => `${law} ${count}`)
        .join(", ")}`,
      `operators, by policies that hold them: ${Object.entries(report.operators)
        .map(([id, count]) => `${id} ${count}`)
        .join(", ")}`,
      `the checker refused ${refused.statements} of ${refused.of} generated statements, mostly: ${reasons.map(([reason, count]) => `${reason} (${count})`).join("; ")}`,
      ...report.failures,
      report.failures.length === 0 ? "all evaluators agree" : "THEY DO NOT AGREE",
    ];
    return { ok: report.failures.length === 0, lines, data: report };
  },
};
