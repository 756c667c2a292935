import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Artifact, artifactText } from "@mcpolicy/core";

/** Texts of a policy and of what it names, by file; the policy is "policy.mcpolicy". */
export type Texts = Readonly<Record<string, string>>;

/**
 * The artifact of a policy, as the text that a server reads. Within a run (`MCPOLICY_BENCH_RUN` names its folder) it is compiled once, by the first that asks, so that
 * what is timed and measured afterwards is what a server loads.
 */
export async function artifactOf(name: string, texts: () => Texts): Promise<string> {
  const folder = process.env["MCPOLICY_BENCH_RUN"];
  const file = folder === undefined ? undefined : join(folder, `${name}.json`);
  if (file !== undefined && existsSync(file)) return readFileSync(file, "utf8");
  const artifact = artifactText(await compiled(texts()));
  if (file !== undefined) {
    writeFileSync(`${file}.part`, artifact);
    renameSync(`${file}.part`, file);
  }
  return artifact;
}

/** Checks and compiles a policy. Throws where it has errors. */
export async function compiled(texts: Texts): Promise<Artifact> {
  const [{ checkPolicy }, { compile }] = await Promise.all([
    import("@mcpolicy/language"),
    import("@mcpolicy/compiler"),
  ]);
  const { policy, diagnostics } = checkPolicy(["policy.mcpolicy"], {
    read: (path) => texts[path],
    join: (_, path) => path,
  });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (policy === undefined) throw new Error(errors.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return compile(policy);
}
