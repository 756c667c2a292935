import { readFileSync, type Stats, statSync } from "node:fs";
import type { Credentials } from "./authentication.ts";
import { SettingsError } from "./settings-error.ts";
import { Token } from "./token.ts";

/** Bytes: what no token is as large as. */
const MOST_BYTES = 64 * 1024;

/**
 * The caller's token where there are no headers (MCP, "Authorization": stdio takes credentials from the environment): `MCPOLICY_TOKEN`, or
 * the contents of the file that `MCPOLICY_TOKEN_FILE` names, which is read again whenever it has changed, so that the host can renew a
 * token that lives for minutes. Ask it for each message. Throws a `SettingsError` where both are set.
 */
export function environmentCredentials(env: Readonly<Record<string, string | undefined>>): () => Credentials {
  const { MCPOLICY_TOKEN: text = "", MCPOLICY_TOKEN_FILE: path = "" } = env;
  if (text !== "" && path !== "") {
    throw new SettingsError(
      "both MCPOLICY_TOKEN and MCPOLICY_TOKEN_FILE are set: which of them names the caller? unset one",
    );
  }
  if (path !== "") return fileCredentials(path);
  const credentials = text === "" ? ({ kind: "none" } as const) : credentialsIn(text);
  return () => credentials;
}

function fileCredentials(path: string): () => Credentials {
  let known: Pick<Stats, "ino" | "mtimeMs" | "size"> | undefined;
  let credentials: Credentials = { kind: "none" };
  return () => {
    try {
      const found = statSync(path);
      const isKnown = known?.ino === found.ino && known.mtimeMs === found.mtimeMs && known.size === found.size;
      if (isKnown) return credentials;
      if (found.size > MOST_BYTES) throw new Error("it is too large");
      credentials = credentialsIn(readFileSync(path, "utf8"));
      known = found;
      return credentials;
    } catch {
      known = undefined;
      return { kind: "malformed", why: "the file that MCPOLICY_TOKEN_FILE names cannot be read" };
    }
  };
}

function credentialsIn(text: string): Credentials {
  const token = text.trim();
  if (token === "") return { kind: "none" };
  return /^[\x21-\x7e]+$/.test(token)
    ? { kind: "token", token: new Token(token) }
    : { kind: "malformed", why: "what the environment gives is no token" };
}
