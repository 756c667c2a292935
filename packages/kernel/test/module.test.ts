import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { compile, ModuleError, type PolicyModule, toModule } from "@mcpolicy/compiler";
import type { Artifact } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { parse } from "acorn";
import { beforeAll, describe, expect, test } from "vitest";
import { makeKernel } from "../src/index.ts";
import { visit } from "../src/syntax.ts";
import { files, root } from "./recorded.ts";

const guide = "policies/zero-trust-guide/zero-trust-guide.mcpolicy";
const text = files.read(guide) as string;

let kernel: Awaited<ReturnType<typeof makeKernel>>;
let artifact: Artifact;
let built: PolicyModule;

beforeAll(async () => {
  kernel = await makeKernel();
  const { policy } = checkPolicy([guide], files);
  artifact = compile(policy as NonNullable<typeof policy>);
  built = toModule(artifact, kernel, "guide", new Map([[guide, { url: "../guide.mcpolicy", text }]]));
});

describe("the module of the zero-trust guide", () => {
  test("is below 15 kB gzipped, validators included", () => {
    const bytes = gzipSync(built.code, { level: 9 }).length;
    console.log(`policies/zero-trust-guide as a module: ${built.code.length} bytes, ${bytes} gzipped`);
    expect(bytes).toBeLessThan(15_000);
  });

  test("imports nothing, and makes no code of text", () => {
    const found: string[] = [];
    visit(parse(built.code, { ecmaVersion: 2022, sourceType: "module" }), (node) => {
      if (/^(?:Import|ExportAll)/.test(node.type)) found.push(node.type);
      if (node.type === "Identifier" && /^(?:eval|Function|require|process|globalThis)$/.test(node.name))
        found.push(node.name);
    });
    expect(found).toEqual([]);
  });

  test("says which policy it is, and which definitions it was built with", () => {
    const exported = [...built.code.matchAll(/^export const ?(\w+|\{[^}]*\})/gm)].map(([, names]) => names);
    expect(exported).toEqual(["{decide,permits,bind,list,validate}", "digest", "pins"]);
    expect(built.code).toContain(`export const digest="${artifact.digest}"`);
    expect(built.code).toContain(`"read_file":"${artifact.policy.servers[0]?.tools["read_file"]?.digest}"`);
  });

  test("is the same each time", () => {
    expect(toModule(artifact, kernel, "guide", new Map([[guide, { url: "../guide.mcpolicy", text }]]))).toEqual(built);
  });

  test("has a source map that leads from code of a rule to the line of the policy that it stands on", () => {
    const map = new SourceMap(JSON.parse(built.map) as SourceMapPayload);
    const lines = text.split("\n");
    const led = built.code.split("\n").flatMap((_, line) => {
      const entry = map.findEntry(line, 0);
      if (!("originalSource" in entry) || entry.generatedLine !== line) return [];
      expect(entry.originalSource).toBe("../guide.mcpolicy");
      return [lines[entry.originalLine]?.slice(entry.originalColumn)];
    });
    const { rules } = artifact.policy;
    // A capability's rule is shown where a role or a statement takes it up.
    for (const { id, place } of rules) {
      expect(led, id).toContain(lines[place.line - 1]?.slice(place.column - 1));
    }
    expect(JSON.parse(built.map).sourcesContent).toEqual([text]);
  });

  test("types the arguments of each tool", () => {
    const use = `import { type Call, type Tools, decide } from "./guide.mjs";
const principal = { id: "ann", roles: ["developer"] };
const context = { time: 0 };
const operation = { kind: "tool", server: "files", name: "read_file" } as const;
const good: Call<"files", "read_file"> = { principal, context, operation, arguments: { path: "/workspace/a" } };
// @ts-expect-error: a path is a text
const number: Tools["files"]["read_file"] = { path: 7 };
// @ts-expect-error: it must be there
const none: Tools["files"]["write_file"] = { path: "/workspace/a" };
// @ts-expect-error: there is no such tool
type Other = Tools["files"]["remove_file"];
const effect: "unauthenticated" | "invalid" | "deny" | "ask" | "allow" = decide(good).effect;
export { effect, none, number, type Other };
`;
    inFolder({ "use.mts": use }, (folder) => {
      expect(() => typeChecked(folder, "use.mts")).not.toThrow();
    });
  });

  test("does what the guide to embedding shows", () => {
    const page = files.read("docs/guide/embedding.md") as string;
    const [, snippet = ""] = /^```ts\n(import \{ bind, [\s\S]*?)^```$/m.exec(page) ?? [];
    const shown = `${snippet.replace("./dist/zero-trust-guide.mjs", "./guide.mjs")}
console.log(JSON.stringify([effect, permits(call), bind(call.principal).permits(call), digest === "${artifact.digest}",
  validate("files", "read_file", { path: 7 }), list(call.principal, "tool", "files", 0), Object.keys(pins), reason, rules.length, told]));
`;
    inFolder({ "shown.mts": shown }, (folder) => {
      expect(() => typeChecked(folder, "shown.mts")).not.toThrow();
      const said = execFileSync(process.execPath, ["shown.mts"], { cwd: folder, encoding: "utf8" });
      expect(JSON.parse(said)).toEqual([
        "allow",
        true,
        true,
        true,
        [{ pointer: "/path", expected: "a string" }],
        ["list_files", "read_file", "write_file"],
        ["files", "shell", "web"],
        "rule",
        1,
        { because: [] },
      ]);
    });
  });
});

/** Gives a folder with the module, its types and some more files. */
function inFolder(more: Readonly<Record<string, string>>, use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "policy-types-"));
  try {
    const all = { "guide.mjs": built.code, "guide.d.mts": built.declarations, ...more };
    for (const [name, written] of Object.entries(all)) writeFileSync(join(folder, name), written);
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws where the compiler finds a mistake. */
function typeChecked(folder: string, file: string): void {
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
  execFileSync(join(root, "node_modules/.bin/tsc"), [...flags, file], { cwd: folder });
}

describe("a policy of which no module can be made", () => {
  const withSchema = (schema: object): Artifact => {
    const changed = structuredClone(artifact);
    Object.assign(changed.policy.servers[0]?.tools["read_file"] ?? {}, { schema });
    return changed;
  };

  test.for([
    ["of an unknown dialect", { $schema: "https://example.org/mine", type: "object" }],
    ["that is none", { type: "object", required: "path" }],
    ["that leads elsewhere", { $ref: "https://example.org/other.json" }],
  ] as const)("is refused for a schema %s", ([, schema]) => {
    expect(() => toModule(withSchema(schema), kernel, "guide")).toThrow(ModuleError);
    expect(() => toModule(withSchema(schema), kernel, "guide")).toThrow("files.read_file");
  });
});
