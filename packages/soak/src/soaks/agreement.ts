import { makeKernel } from "@mcpolicy/kernel";
import { type AgreementOptions, type AgreementReport, partsOf, withGeneratorChecked } from "../agreement/agreement.ts";
import { usualBackends } from "../agreement/evaluators.ts";
import { inParallel } from "../in-parallel.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** Reference, backends and explainer over random policies and requests. */
export const agreement: Soak = {
  name: "agreement",
  summary: "all evaluators against the reference, on random policies and requests, and the laws",
  needsShared: false,
  async run({ cases, seed, quick, jobs, backends = usualBackends }): Promise<SoakResult> {
    const kernel = backends.includes("module") ? await makeKernel() : undefined;
    const common = { cases, seed, laws: !quick, minimised: !quick, perPolicy: quick ? 80 : 250 };
    const parts = partsOf({ ...common, backends, kernel });
    const module = new URL("../agreement/agreement.ts", import.meta.url);
    const report = withGeneratorChecked(
      await inParallel<AgreementOptions, AgreementReport>(module, "comparison", parts, jobs),
    );
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    const { shares, refused } = report;
    const reasons = Object.entries(refused.reasons)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 8);
    const lines = [
      `seed ${parts.length === 1 ? seed : `${seed} to ${seed + parts.length - 1}`}: ${report.cases} requests to ${report.policies} policies, ${report.lists} lists and explanations`,
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
      report.failures.length === 0
        ? `all evaluators agree: the reference, ${backends.join(", ")}, the explainer`
        : "THEY DO NOT AGREE",
    ];
    return { ok: report.failures.length === 0, lines, data: report };
  },
};
