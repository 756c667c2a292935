import { readFileSync } from "node:fs";
import type { Approvals } from "@mcpolicy/core";
import { type ProofKeys, proofKeysOf, SettingsError } from "@mcpolicy/identity";
import { type ApprovalChannel, abilities, approvalChannel, proofsOf, type Webhook, webhook } from "@mcpolicy/mcp";
import { folderApprovals } from "@mcpolicy/mcp/approvals";
import type { Abilities } from "@mcpolicy/runtime";
import type { ApprovalSettings } from "./config.ts";

/** How a proxy asks. */
export interface OpenApprovals {
  readonly channel: ApprovalChannel;
  readonly close: () => Promise<void>;
}

export interface Around {
  /** Those of the state that instances share; undefined where each keeps its own. */
  readonly shared: Approvals | undefined;
  /** Whose questions these are: the name of the shared state, or of the proxy. */
  readonly audience: string;
  /** For operators. */
  readonly say: (text: string) => void;
}

/** What a proxy of these settings carries out, for `readyPolicy`: it can be told before anything is opened. */
export function abilitiesOf({ folder }: ApprovalSettings, isShared: boolean): Abilities {
  return { ...abilities, proofs: proofsOf(folder !== undefined || isShared ? { approvals: nobody } : {}) };
}

/**
 * Opens what asks for proofs. Throws or rejects with a `SettingsError` where the settings cannot be meant: keys that outlive the process where its memory of
 * spent proofs does not, among others.
 */
export async function approvalsFrom(
  settings: ApprovalSettings,
  { shared, audience, say }: Around,
): Promise<OpenApprovals> {
  const { folder, wait, most, page } = settings;
  if (settings.keys !== undefined && shared === undefined) {
    throw new SettingsError(
      "keys of approvals are for instances that share state: by keys alone an approval would be good again after a restart",
    );
  }
  if (folder === undefined && shared === undefined && (wait ?? page ?? settings.webhook) !== undefined) {
    throw new SettingsError(
      "where do approvers answer? give a folder for approvals (--approvals), or state that instances share",
    );
  }
  const approvals = folder === undefined ? shared : folderApprovals({ folder, isFresh: true });
  const pageOf = page === undefined ? {} : { page: (id: string) => page.replaceAll("{id}", encodeURIComponent(id)) };
  const hook = settings.webhook === undefined ? undefined : webhookOf(settings.webhook, pageOf, say);
  const channel = approvalChannel({
    keys: await keysIn(settings.keys, audience),
    note: (text) => say(`approvals: ${text}`),
    ...pageOf,
    ...(approvals === undefined ? {} : { approvals }),
    ...(hook === undefined ? {} : { onAsked: hook.onAsked }),
    ...(wait === undefined ? {} : { wait }),
    ...(most === undefined ? {} : { mostOfCaller: most }),
  });
  if (folder !== undefined) say(`asks approvers in ${folder}: \`policy approve list --approvals ${folder}\``);
  else if (shared !== undefined) say("asks approvers in the shared state: `policy approve list --redis …`");
  return { channel, close: async () => void (await hook?.close()) };
}

/** Those of a file; else of this process alone. */
async function keysIn(path: string | undefined, audience: string): Promise<ProofKeys> {
  if (path === undefined)
    return proofKeysOf([{ kid: "own", bytes: crypto.getRandomValues(new Uint8Array(32)) }], audience);
  const lines = textIn(path)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const keys = lines.map((line) => {
    const [kid = "", key = "", ...rest] = line.trim().split(/\s+/);
    if (rest.length > 0) throw new SettingsError(`${path}: a line holds a name and a key`);
    return { kid, bytes: bytesOf(key, path) };
  });
  return proofKeysOf(keys, audience);
}

function webhookOf(
  { secret, ...rest }: NonNullable<ApprovalSettings["webhook"]>,
  page: { readonly page?: (id: string) => string },
  say: (text: string) => void,
): Webhook {
  const text = textIn(secret)
    .trim()
    .replace(/^whsec_/, "");
  return webhook({ ...rest, ...page, secret: bytesOf(text, secret), note: (line) => say(`approvals: ${line}`) });
}

function textIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (problem) {
    throw new SettingsError(`cannot read ${path}: ${(problem as Error).message}`);
  }
}

/** Base64 with padding (RFC 4648 §4). */
function bytesOf(text: string, path: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (Buffer.from(bytes).toString("base64") !== text) throw new SettingsError(`${path} holds what is no base64`);
  return bytes;
}

/** Stands for any store where only that there is one counts. */
const nobody: Approvals = { ask: () => undefined, get: () => undefined, list: () => [], answer: () => false };
