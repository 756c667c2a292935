import { join } from "node:path";
import { packages } from "./packages.ts";
import { rowsOf } from "./tables.ts";

/** A module that exports all that built modules can ask for. */
export async function entry(): Promise<string> {
  const lines = [
    ...exported("runtime/src/embedded/embedded-policy.ts", ["embeddedPolicy"]),
    ...exported("runtime/src/embedded/narrowed.ts", ["narrowed"]),
    ...exported("runtime/src/embedded/rules.ts", ["inShadow"]),
    ...exported("runtime/src/embedded/past.ts", ["pastOf"]),
    ...exported("runtime/src/embedded/parts.ts", ["ruleOf", "placeIn"]),
    ...exported("runtime/src/embedded/stages.ts", ["limitStage", "requireStage", "labelStage", "redactStage"]),
    ...exported("runtime/src/formats.ts", ["formats"]),
    ...exported("compiler/src/kit.ts", ["hasRole", "hasAnyRole", "readOr", "has", "every", "join", "hole", "asPath"]),
    ...exported("core/src/readers/index.ts", ["read", "readers"]),
    ...exported("core/src/detectors/index.ts", ["detectors"]),
    ...exported("core/src/value.ts", ["step"]),
    ...exported("core/src/operation-names.ts", ["matchesName"]),
    ...exported("core/src/resource-uri.ts", ["matchesResource"]),
    ...exported("core/src/tool-facts.ts", ["toolFacts"]),
    ...exported("core/src/state.ts", ["callerKeyOf", "emptyState"]),
    ...exported("core/src/history-tests.ts", ["carriesTest", "happenedTest", "tallyTest", "momentWithIts"]),
    ...exported("core/src/regular/glob.ts", ["compileGlob"]),
    ...exported("core/src/regular/regex.ts", ["compileRegex"]),
    ...exported("core/src/regular/foreign.ts", ["compileForeign"]),
    ...exported("core/src/regular/table.ts", ["compilerIn"]),
    ...exported("core/src/schema/keywords/index.ts", ["keywords"]),
    ...exported("core/src/schema/plain-checker.ts", ["plainChecker"]),
    ...exported("core/src/schema/schema-checker.ts", ["schemaChecker"]),
    ...exported("core/src/schema/well-formed.ts", ["demandWellFormed"]),
    ...exported("core/src/schema/words.ts", ["words"]),
    ...(await rowExports()),
    ...readerExports,
  ];
  return lines.join("\n");
}

function exported(file: string, names: readonly string[]): readonly string[] {
  return [`export { ${names.join(", ")} } from ${JSON.stringify(join(packages, file))};`];
}

/** Readers by their kinds; those of scalars stand in one list. */
// biome-ignore format: table
const readerExports: readonly string[] = [
  ["path", "path"], ["url", "url"], ["domain", "domain"], ["ip", "ip"], ["ip", "cidr"], ["mail", "mail"], ["time", "time"], ["time", "duration"],
  ["words", "words"], ["range", "range"], ["patterns", "glob"], ["patterns", "regex"], ["detector", "detector"], ["command", "command"], ["window", "window"],
  ["scalars", "scalars"],
].map(([file, name]) => `export { ${name} as reader_${name} } from ${JSON.stringify(join(packages, `core/src/readers/${file}.ts`))};`);

const detectorFiles = "aws-key card email-address github-token iban ip-address jwt private-key".split(" ");

async function rowExports(): Promise<readonly string[]> {
  const core = join(packages, "core/src");
  const files = [
    ..."arithmetic commands detectors equality lists logic mail network order paths records strings text time totals urls"
      .split(" ")
      .map((name) => join(core, `operators/${name}.ts`)),
    ..."combining limits lists records references texts values"
      .split(" ")
      .map((name) => join(core, `schema/keywords/${name}.ts`)),
    join(core, "schema/words.ts"),
    join(packages, "runtime/node_modules/ajv-formats/dist/formats.js"),
  ];
  const all = await Promise.all(files.map(async (file) => [file, (await rowsOf(file)).rows] as const));
  return [
    ...all.map(([file, rows]) => `export { ${[...rows.values()].join(", ")} } from ${JSON.stringify(file)};`),
    ...detectorFiles.map((file) => {
      const name = file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      return `export { ${name} as detector_${file.replaceAll("-", "_")} } from ${JSON.stringify(join(core, `detectors/${file}.ts`))};`;
    }),
  ];
}
