import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../src/run.ts";

/** What a run of the command left behind. */
export interface Transcript {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `policy ARGUMENTS` in this process, in a folder. */
export async function policy(
  args: readonly string[],
  { cwd, env = {}, color = false }: { cwd: string; env?: Record<string, string>; color?: boolean },
): Promise<Transcript> {
  const written = { out: "", err: "" };
  const channel = (name: "out" | "err") => ({
    write: (text: string) => {
      written[name] += text;
    },
    color,
  });
  const code = await run(args, { cwd, env, out: channel("out"), err: channel("err") });
  return { code, ...written };
}

/** A new folder with these files in it; its path without symbolic links. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "policy-cli-")));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const tool = (name: string, properties: object, required: readonly string[], annotations: object = {}) => ({
  name,
  description: `Tool ${name}`,
  inputSchema: { type: "object", properties, required },
  annotations,
});

/** What a small file server answers `tools/list` with. */
export const listing: string = JSON.stringify({
  tools: [
    tool("read_text_file", { path: { type: "string" }, head: { type: "integer" } }, ["path"], { readOnlyHint: true }),
    tool("read_many", { paths: { type: "array", items: { type: "string" }, minItems: 1 } }, ["paths"]),
    tool("write_file", { path: { type: "string" }, content: { type: "string" } }, ["path", "content"]),
  ],
});

/** A policy over that server, in its canonical form, and a fixture for it. */
export const small: Readonly<Record<string, string>> = {
  "tools/fs.json": listing,
  "p/fs.mcpolicy": `mcpolicy 1

server fs from "../tools/fs.json" root "/workspace"

capability read:files {
  fs.read_text_file when args.path under "/workspace"
}

role reader { read:files }

deny "no secrets" fs.* when some p in paths(args): p like "**/.env*"
  because "Secrets are out of bounds."
`,
  "p/fs.test.yaml": `policy: fs.mcpolicy
principals:
  reader: { id: reader@example.com, roles: [reader] }
tests:
  - name: reads
    as: reader
    call: fs.read_text_file
    with: { path: /workspace/a.md }
    expect: allow
  - name: no secrets
    as: reader
    call: fs.read_text_file
    with: { path: /workspace/.env }
    expect: { decision: deny, rules: ["no secrets"] }
`,
};
