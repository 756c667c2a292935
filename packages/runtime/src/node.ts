import { readFile, stat } from "node:fs/promises";
import { messageOf } from "@mcpolicy/core";
import { ArtifactError } from "./artifact-error.ts";
import { type LoadedPolicy, type LoadOptions, loadPolicy as loadText } from "./load.ts";

/**
 * Loads the artifact in a file. Rejects with an `ArtifactError` as `loadPolicy` of `@mcpolicy/runtime` throws it, and with the system's error
 * where the file cannot be read.
 */
export async function loadPolicy(path: string, options: LoadOptions = {}): Promise<LoadedPolicy> {
  return loadText(await readFile(path, "utf8"), options);
}

/** What became of looking at a file again. */
export type Reload =
  | { readonly kind: "unchanged" }
  | { readonly kind: "loaded"; readonly policy: LoadedPolicy; readonly before: string }
  /** The new one is bad: the policy that was in force stays. `code` is that of the `ArtifactError`, where it is one. */
  | { readonly kind: "kept"; readonly why: string; readonly code: ArtifactError["code"] | undefined };

export interface ReloadOptions extends LoadOptions {
  /** Told of every look that found something else than before. What it throws is its own: a policy stays in force. */
  readonly onReload?: (reload: Exclude<Reload, { readonly kind: "unchanged" }>) => void;
  /** Looks at the file so often, in milliseconds; without it only when it is told to. */
  readonly every?: number;
}

/** A policy in a file that may be replaced while it is in force. */
export interface ReloadingPolicy {
  /** What is in force now. Whoever decides takes it once for each request. */
  readonly policy: LoadedPolicy;
  /** Looks at the file again. Never rejects: a bad file leaves in force what was. */
  readonly reload: () => Promise<Reload>;
  /** Looks no more. What is in force stays. */
  readonly close: () => void;
}

/**
 * Loads the artifact in a file, and loads it again when the file is replaced. One policy takes the place of the other between two requests, as a
 * whole, and only where it loads; a file that is gone, half written, of another version or changed by hand changes nothing, and is told of.
 * Rejects as `loadPolicy` does where there is no good policy to begin with.
 */
export async function reloadingPolicy(path: string, options: ReloadOptions = {}): Promise<ReloadingPolicy> {
  const { onReload = () => {}, every, ...loading } = options;
  let seen = await signOf(path);
  let policy = await loadPolicy(path, loading);
  let complaint: string | undefined;
  let looking: Promise<Reload> = Promise.resolve({ kind: "unchanged" });

  async function look(isAsked: boolean): Promise<Reload> {
    try {
      const sign = await signOf(path);
      if (sign === seen && !isAsked && complaint === undefined) return { kind: "unchanged" };
      const next = await loadPolicy(path, loading);
      seen = sign;
      complaint = undefined;
      if (next.digest === policy.digest) return { kind: "unchanged" };
      const before = policy.digest;
      policy = next;
      return told({ kind: "loaded", policy, before });
    } catch (problem) {
      const why = messageOf(problem);
      const kept = { kind: "kept", why, code: problem instanceof ArtifactError ? problem.code : undefined } as const;
      // The same complaint is told once, however often the file is looked at.
      const isNew = why !== complaint;
      complaint = why;
      return isNew ? told(kept) : kept;
    }
  }

  function told<R extends Exclude<Reload, { readonly kind: "unchanged" }>>(reload: R): R {
    try {
      onReload(reload);
    } catch {
      // Whoever is told answers for itself.
    }
    return reload;
  }

  /** One look after the other, so that an older file never takes the place of a newer one. */
  function inTurn(isAsked: boolean): Promise<Reload> {
    looking = looking.then(() => look(isAsked));
    return looking;
  }

  const timer = every === undefined ? undefined : setInterval(() => void inTurn(false), every);
  timer?.unref();
  return {
    get policy() {
      return policy;
    },
    reload: () => inTurn(true),
    close: () => clearInterval(timer),
  };
}

/** What changes when a file is replaced, through links too; empty where it is not there. */
async function signOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return "";
  }
}
