import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { generateCstDts } from "@chevrotain/cst-dts-gen";
import { grammarRules } from "../src/parser.ts";

/** Where the types of the concrete tree stand. `node --conditions=@mcpolicy/source generate-cst.ts` writes them anew. */
export const cstFile: string = resolve(import.meta.dirname, "../src/cst.ts");

/** The types of the concrete tree, from the grammar. */
export function cstTypes(): string {
  const types = generateCstDts(grammarRules(), { includeVisitorInterface: false }).replace(", ICstVisitor", "");
  return `// Made from the grammar in parser.ts by test/generate-cst.ts; a test fails when it is stale.\n${types}`;
}

if (import.meta.main) writeFileSync(cstFile, cstTypes());
