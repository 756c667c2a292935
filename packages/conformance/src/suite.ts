import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The status of each check, by its scenario and its id; of one that is made several times all of them, in order. */
export type Statuses = ReadonlyMap<string, readonly string[]>;

/** A part of the suite: what a revision requires, or one more scenario in it. */
export interface Part {
  readonly revision: "2025-11-25" | "2026-07-28";
  readonly scenario?: string;
}

const entry = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json")),
  "dist/index.js",
);

/** Runs a part against a server, and gives what each check came to. Rejects where the suite itself fails. */
export async function runSuite(url: string, { revision, scenario }: Part): Promise<Statuses> {
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-conformance-"));
  try {
    const chosen =
      scenario === undefined ? ["--requirements", revision] : ["--scenario", scenario, "--spec-version", revision];
    const said = await ended([entry, "server", "--url", url, ...chosen, "-o", folder]);
    const statuses = statusesIn(folder);
    if (statuses.size === 0) throw new Error(`the suite checked nothing: ${said.slice(-2_000)}`);
    return statuses;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ended(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    child.once("error", reject);
    child.once("close", () => resolve(said));
  });
}

interface Check {
  readonly id: string;
  readonly status: string;
}

function statusesIn(folder: string): Statuses {
  const statuses = new Map<string, string[]>();
  for (const name of readdirSync(folder).toSorted()) {
    const scenario = name.replace(/^server-(?=.)/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");
    const checks = JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) as readonly Check[];
    // Lines of what was heard, which say nothing of whether it was right.
    for (const { id, status } of checks.filter((each) => each.status !== "INFO")) {
      const key = `${scenario} ${id}`;
      statuses.set(key, [...(statuses.get(key) ?? []), status]);
    }
  }
  return statuses;
}

/** Checks that came to something else, as lines. */
export function differences(before: Statuses, after: Statuses): readonly string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key) ?? [], after.get(key) ?? []].map((each) => each.toSorted().join(" "));
    return was === is ? [] : [`${key}: ${was || "not made"} → ${is || "not made"}`];
  });
}
