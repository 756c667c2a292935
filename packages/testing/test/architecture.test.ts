import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

interface Row {
  /** Packages of ours that its sources may import. Exhaustive. */
  readonly imports: readonly string[];
  /** Packages of others. */
  readonly external: readonly string[];
  /** Where sources may reach files, processes and the network; `subpaths` is what `index.ts` does not lead to. */
  readonly node: "nowhere" | "subpaths" | "anywhere";
}

/** Who may import whom: the picture of docs/architecture.md as data. */
// biome-ignore format: table
const packages: Readonly<Record<string, Row>> = {
  diagnostics: { imports: [],                                                                              external: ["fastest-levenshtein"],              node: "nowhere" },
  core:        { imports: [],                                                                              external: ["@noble/hashes", "canonicalize"], node: "nowhere" },
  language:    { imports: ["diagnostics", "core"],                                                         external: ["chevrotain", "micromatch", "yaml"], node: "nowhere" },
  compiler:    { imports: ["diagnostics", "core", "language"],                                             external: ["@jridgewell/sourcemap-codec", "yaml"],      node: "nowhere" },
  runtime:     { imports: ["core"],                                                                        external: ["ajv", "ajv-formats"],               node: "subpaths" },
  audit:       { imports: ["core"],                                                                        external: ["@noble/hashes"],                    node: "subpaths" },
  identity:    { imports: ["core"],                                                                        external: ["jose"],                             node: "subpaths" },
  mcp:         { imports: ["core", "identity", "runtime"],                                                  external: ["fastest-levenshtein"],              node: "subpaths" },
  "state-redis": { imports: ["core"],                                                                      external: [],                                   node: "anywhere" },
  testing:     { imports: ["diagnostics", "core", "language", "compiler", "runtime"],                      external: ["yaml"],                             node: "nowhere" },
  kernel:      { imports: ["compiler"],                                                                    external: ["acorn", "ajv-formats", "esbuild"],  node: "anywhere" },
  cli:         { imports: ["diagnostics", "core", "language", "compiler", "kernel", "runtime", "identity", "audit", "mcp", "state-redis", "testing"], external: ["ajv", "commander", "chokidar", "ioredis", "tinyglobby", "yaml"], node: "anywhere" },
  soak:        { imports: ["diagnostics", "core", "language", "compiler", "kernel", "runtime", "identity", "audit", "mcp", "state-redis", "testing"], external: ["fast-check", "ioredis", "iovalkey", "@redis/client"], node: "anywhere" },
  bench:       { imports: ["core", "language", "compiler", "runtime", "audit", "mcp"],                              external: ["esbuild"],                          node: "anywhere" },
  conformance: { imports: ["core", "language", "compiler", "runtime", "mcp"],                              external: ["@modelcontextprotocol/conformance", "@modelcontextprotocol/node", "@modelcontextprotocol/sdk", "@modelcontextprotocol/server"], node: "anywhere" },
};

/** Packages of which nothing is published. */
const unpublished = ["kernel", "soak", "bench", "conformance"];

/** Bundled into what is published, or private: what they import at run time stands in `devDependencies`. */
const bundled = ["cli", "soak", "bench", "conformance"];

test("the table has a row for each package and no other", () => {
  expect(readdirSync(join(root, "packages")).toSorted()).toEqual(Object.keys(packages).toSorted());
});

test("the table has no cycle", () => {
  const reaches = (from: string, seen: readonly string[] = []): readonly string[] =>
    seen.includes(from)
      ? seen
      : packages[from]!.imports.reduce<readonly string[]>((all, next) => reaches(next, all), [...seen, from]);
  for (const [name, { imports }] of Object.entries(packages)) {
    for (const each of imports) expect(reaches(each), `${name} → ${each}`).not.toContain(name);
  }
});

describe.for(Object.entries(packages))("%s", ([name, row]) => {
  const folder = join(root, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const ours = row.imports.map((each) => `@mcpolicy/${each}`);
  const runtimeDependencies = Object.keys({
    ...manifest.dependencies,
    ...(bundled.includes(name) ? manifest.devDependencies : {}),
  });

  test("is named and published as the table says", () => {
    expect(manifest.name).toBe(`@mcpolicy/${name}`);
    expect(manifest.private === true).toBe(unpublished.includes(name));
    expect(manifest.type).toBe("module");
  });

  test("depends on what it may import, and on nothing else of ours", () => {
    const dependsOn = runtimeDependencies.filter((each) => each.startsWith("@mcpolicy/"));
    expect(dependsOn.toSorted()).toEqual(ours.toSorted());
  });

  test("references what it depends on, for the compiler", () => {
    const { references = [] } = JSON.parse(readFileSync(join(folder, "tsconfig.json"), "utf8"));
    const referenced = references.map(({ path }: { path: string }) => path.replace("../", ""));
    expect(referenced.toSorted()).toEqual(row.imports.toSorted());
  });

  test("takes no dependency that was not agreed on", () => {
    const foreign = Object.keys(manifest.dependencies ?? {}).filter((each) => !each.startsWith("@mcpolicy/"));
    expect(foreign.filter((each) => !row.external.includes(each))).toEqual([]);
  });

  const sources = globSync("src/**/*.ts", { cwd: folder }).map((file) => join(folder, file));

  const pure = {
    nowhere: new Set(sources),
    subpaths: reachedFrom(join(folder, "src/index.ts")),
    anywhere: new Set<string>(),
  }[row.node];

  test("has sources", () => expect(sources.length).toBeGreaterThan(0));

  test("imports only what the table allows", () => {
    const allowed = (specifier: string, below: string): boolean => {
      if (specifier.startsWith("./") || specifier.startsWith("../")) {
        return (
          resolve(folder, "src", below, "..", specifier).startsWith(join(folder, "src/")) && specifier.endsWith(".ts")
        );
      }
      if (isBuiltin(specifier)) return specifier.startsWith("node:") && !pure.has(join(folder, "src", below));
      const packageName = specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
      return ours.includes(packageName)
        ? packageName === specifier || isSubpath(specifier)
        : row.external.includes(packageName);
    };
    const forbidden = sources.flatMap((file) => {
      const below = file.slice(join(folder, "src/").length);
      return importsOf(readFileSync(file, "utf8"))
        .filter((specifier) => !allowed(specifier, below))
        .map((specifier) => `${below}: ${specifier}`);
    });
    expect(forbidden).toEqual([]);
  });

  test("has a front door of explicit names", () => {
    const index = readFileSync(join(folder, "src/index.ts"), "utf8");
    expect(index).not.toMatch(/^export \* /m);
    expect(existsSync(join(folder, "README.md")), "a README.md").toBe(true);
  });
});

/** The sources of a package that one of them leads to, itself among them. */
function reachedFrom(file: string, reached: Set<string> = new Set()): Set<string> {
  if (reached.has(file) || !existsSync(file)) return reached;
  reached.add(file);
  for (const specifier of importsOf(readFileSync(file, "utf8"))) {
    if (specifier.startsWith(".")) reachedFrom(resolve(file, "..", specifier), reached);
  }
  return reached;
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}

/** A subpath that the package exports. */
function isSubpath(specifier: string): boolean {
  const [, name, ...rest] = specifier.split("/");
  const { exports } = JSON.parse(readFileSync(join(root, "packages", name!, "package.json"), "utf8"));
  return Object.hasOwn(exports, `./${rest.join("/")}`);
}

/** Static and dynamic imports and re-exports; comments of documentation do not begin a line with `import`. */
function importsOf(text: string): readonly string[] {
  const statements = text.matchAll(
    /^\s*(?:import|export)\b[^;'"`]*?\bfrom\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']/gm,
  );
  const dynamic = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  const specifiers = [...statements, ...dynamic].map((match) => match[1] ?? match[2]!);
  // Pages of the catalogue show `import "./x.mcpolicy"` of the policy language, which no module imports.
  return specifiers.filter((specifier) => !specifier.includes(".mcpolicy"));
}
