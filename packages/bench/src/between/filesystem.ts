import { readFileSync } from "node:fs";
import { join } from "node:path";
import { artifactOf } from "../artifacts.ts";
import { repository } from "../outside-data.ts";

const folder = join(repository, "policies/filesystem");

/** The pinned definitions of `policies/filesystem`. */
export function pinned(): { readonly tools: readonly object[] } {
  return JSON.parse(readFileSync(join(folder, "tools/filesystem.json"), "utf8"));
}

/** The artifact of `policies/filesystem`; for a server of files, with the folder that it serves in the place of `/workspace`. */
export function filesystemArtifact(name: string, workspace = "/workspace"): Promise<string> {
  return artifactOf(name, () => ({
    "policy.mcpolicy": readFileSync(join(folder, "filesystem.mcpolicy"), "utf8").replaceAll("/workspace", workspace),
    "tools/filesystem.json": JSON.stringify(pinned()),
  }));
}
