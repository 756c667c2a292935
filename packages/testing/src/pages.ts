import { type Example, type Operator, operators } from "@mcpolicy/core";
import { type CatalogueRow, catalogue } from "@mcpolicy/diagnostics";
import { grammarText } from "@mcpolicy/language";

/** The reference pages that are printed from tables, by file name below `docs/reference`. */
export const referencePages: Readonly<Record<string, () => string>> = {
  "operators.md": operatorsPage,
  "diagnostics.md": diagnosticsPage,
};

/** What is printed into pages that people write, between `<!-- printed: NAME -->` and `<!-- end of what is printed -->`. */
const printedParts: Readonly<Record<string, () => string>> = {
  operators: operatorTable,
  grammar: () => `\`\`\`text\n${grammarText()}\n\`\`\``,
};

/** A page with each of its printed parts as it is printed now. Throws where it names a part that there is not. */
export function withPrintedParts(page: string): string {
  return page.replace(
    /^<!-- printed: (.+) -->$[\s\S]*?^<!-- end of what is printed -->$/gm,
    (_, name: string) => `<!-- printed: ${name} -->\n\n${printedParts[name]!()}\n\n<!-- end of what is printed -->`,
  );
}

/** Each row of the operator table on a line. */
function operatorTable(): string {
  const lines = levels
    .flatMap((level) => operators.filter((row) => row.level === level))
    .map((row) => {
      const signatures = row.signatures
        .map((each) => `\`${each.slice(0, -1).join(", ")} → ${each.at(-1)}\``)
        .join("<br>");
      return `| \`${row.spelling}\` | ${signatures} | ${summaryOf(row).replaceAll("|", "\\|")} |`;
    });
  return ["| operator | of what, and what it gives | |", "| --- | --- | --- |", ...lines].join("\n");
}

const levels: readonly Operator["level"][] = ["logic", "comparison", "test", "sum", "product", "function"];

function summaryOf(row: Operator): string {
  return row.summary + (row.narrowingOnly ? " Only where a match narrows (`deny`), never in an `allow`." : "");
}

function operatorsPage(): string {
  const lines = [
    "# Operators",
    "",
    "Printed from the operator table (`packages/core/src/operators`); a test fails when this page is stale.",
    "",
    "A signature says what each operand is *read as*, then what results. An operand that cannot be read so makes the atom unknown.",
    "`text` is the raw text of a string, path or URL; `T` is one type on all its places; `…+` is one constant or a list of them.",
  ];
  for (const level of levels) {
    const rows = operators.filter((row) => row.level === level);
    if (rows.length === 0) continue;
    lines.push("", `## ${titles[level]}`);
    for (const row of rows) lines.push("", ...operatorLines(row));
  }
  return `${lines.join("\n")}\n`;
}

const titles: Readonly<Record<Operator["level"], string>> = {
  logic: "Logic",
  comparison: "Between two operands",
  test: "After an operand",
  sum: "Sums",
  product: "Products",
  function: "Functions",
};

function operatorLines(row: Operator): readonly string[] {
  const heading = `### \`${row.spelling}\`${row.id === row.spelling ? "" : ` (${row.id})`}`;
  const signatures = row.signatures.map((each) => `\`${each.slice(0, -1).join(", ")} → ${each.at(-1)}\``).join("; ");
  return [
    heading,
    "",
    summaryOf(row),
    "",
    `Signatures: ${signatures}.`,
    "",
    "| operands | result |",
    "| --- | --- |",
    ...row.examples.map(exampleLine),
  ];
}

function exampleLine(example: Example): string {
  const operands = example.slice(0, -1).map(code).join(", ");
  const result = example.at(-1);
  return `| ${operands} | ${result === undefined ? "*unknown*" : code(result)} |`;
}

/** A value as JSON in Markdown code, safe inside a table. */
function code(value: unknown): string {
  const text = JSON.stringify(value)
    .replaceAll("|", "\\|")
    .replace(/[\u007f-\u009f\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function diagnosticsPage(): string {
  const lines = [
    "# Diagnostics",
    "",
    "Printed from the catalogue (`packages/diagnostics/src/catalogue`); `policy explain CODE` prints one entry.",
  ];
  for (const row of catalogue) lines.push("", ...diagnosticLines(row));
  return `${lines.join("\n")}\n`;
}

function diagnosticLines(row: CatalogueRow): readonly string[] {
  return [`## ${row.code} ${row.title}`, "", `*${row.severity}*`, "", row.page.trim()];
}
