import { printable } from "@mcpolicy/diagnostics";
import { type Check, type Item, items, type Verdict } from "./check.ts";

/** A check with what it came to. */
export interface Checked {
  readonly check: Check;
  readonly verdict: Verdict;
}

/** What a report is about. */
export interface Subject {
  /** The policies' files. */
  readonly files: readonly string[];
  readonly digest: string;
}

export type Counts = Readonly<Record<Verdict["status"], number>>;

export function countsOf(all: readonly Checked[]): Counts {
  const counts = { holds: 0, fails: 0, advice: 0, unchecked: 0 };
  for (const { verdict } of all) counts[verdict.status] += 1;
  return counts;
}

/** How a status is written. */
const words: Readonly<Record<Verdict["status"], { readonly text: string; readonly markdown: string }>> = {
  holds: { text: "ok       ", markdown: "- [x]" },
  fails: { text: "FAILS    ", markdown: "- [ ]" },
  advice: { text: "advice   ", markdown: "- [ ] (advice)" },
  unchecked: { text: "unchecked", markdown: "- [ ] (not checked)" },
};

export function textReport({ files, digest }: Subject, all: readonly Checked[]): string {
  const lines = [`${files.join(", ")}, ${digest}`, ""];
  for (const [item, checks] of byItem(all)) {
    lines.push(`${item} ${items[item]}`);
    for (const { check, verdict } of checks) {
      lines.push(`  ${words[verdict.status].text} ${check.title}`);
      for (const finding of verdict.findings) lines.push(`              ${finding}`);
      if (verdict.help !== undefined) lines.push(`              help: ${verdict.help}`);
    }
    lines.push("");
  }
  return [...lines, summary(countsOf(all)), ""].map(printable).join("\n");
}

export function markdownReport({ files, digest }: Subject, all: readonly Checked[]): string {
  const lines = ["# Production checklist", "", `${files.map(code).join(", ")}, ${code(digest)}`, ""];
  for (const [item, checks] of byItem(all)) {
    lines.push(`## ${item}. ${items[item]}`, "");
    for (const { check, verdict } of checks) {
      lines.push(`${words[verdict.status].markdown} ${check.title}`);
      for (const finding of verdict.findings) lines.push(`  - ${plain(finding)}`);
      if (verdict.help !== undefined) lines.push(`  - *help:* ${plain(verdict.help)}`);
    }
    lines.push("");
  }
  return [...lines, summary(countsOf(all)), ""].map(printable).join("\n");
}

export function jsonReport({ files, digest }: Subject, all: readonly Checked[]): string {
  const report = {
    mcpolicyDoctor: 1,
    files,
    policy: digest,
    summary: countsOf(all),
    checks: all.map(({ check: { name, item, title }, verdict }) => ({
      name,
      item,
      title,
      status: verdict.status,
      findings: verdict.findings,
      ...(verdict.help === undefined ? {} : { help: verdict.help }),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function byItem(all: readonly Checked[]): readonly (readonly [Item, readonly Checked[]])[] {
  return [...Map.groupBy(all, ({ check }) => check.item)];
}

function summary({ holds, fails, advice, unchecked }: Counts): string {
  return `${holds} hold, ${fails} fail, ${advice} could be better, ${unchecked} not checked`;
}

/** What findings quote of policies and skills is text, not markup; what stands in backticks stays so. */
function plain(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[\\<>*_[\]|#]/g, "\\$&")))
    .join("");
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}
