import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Json } from "../real/raw-client.ts";

/** One attack, as a folder of `test-fixtures/attacks` says it: the README there explains the form. */
export interface Attack {
  readonly name: string;
  readonly title: string;
  readonly ways?: readonly string[];
  readonly policy: string;
  /** Definitions as somebody reviewed them; by default those that the server has. */
  readonly pinned?: readonly VictimTool[];
  readonly server: Victim | "server-filesystem";
  readonly files?: Readonly<Record<string, string>>;
  readonly tokens?: boolean;
  readonly steps: readonly Step[];
}

/** What a server defines and does. */
export interface Victim {
  readonly tools: readonly VictimTool[];
  /** What it writes to standard error with each call. */
  readonly stderr?: string;
}

export interface VictimTool {
  readonly name: string;
  readonly description?: string;
  /** Names of arguments, all of them required texts; or a schema. */
  readonly takes?: readonly string[];
  readonly inputSchema?: Json;
  /** What it answers, with `{name}` for arguments. */
  readonly says?: string;
  /** What it logs to the client meanwhile. */
  readonly logs?: string;
}

export interface Step {
  readonly call?: string;
  /** Arguments; a list of them is as many calls. */
  readonly with?: Json | readonly Json[];
  readonly list?: "tools";
  /** A message as it stands; `<<x * 3>>` is `xxx`. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** By whose token. */
  readonly as?: string;
  /**
   * Brings the latest question of an approval back, and the word that lets it pass: as it was asked, or with a letter of it changed. Nothing is brought
   * where nothing was asked.
   */
  readonly approving?: "as asked" | "changed";
  /** As a client that connects anew. */
  readonly anew?: boolean;
  readonly bare: Expected | readonly Expected[];
  readonly guarded: Expected | readonly Expected[];
}

export type Expected =
  | "runs"
  | "hidden"
  /** The person behind the caller is asked first (MCP 2026-07-28). */
  | "asked"
  | { readonly denied: string; readonly because?: string }
  | { readonly error: number }
  | { readonly status: number }
  | { readonly lists: readonly string[] }
  /** A part of all that the client got. */
  | { readonly shows: string }
  | { readonly conceals: string }
  /** A part of what an operator reads. */
  | { readonly logs: string }
  | { readonly neverLogs: string }
  /** A header that the server got with the latest message. */
  | { readonly serverGot: Readonly<Record<string, string>> };

export const attacksFolder: string = join(import.meta.dirname, "../../../../test-fixtures/attacks");

export function attacks(): readonly Attack[] {
  return readdirSync(attacksFolder, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => ({
      name,
      ...(parse(readFileSync(join(attacksFolder, name, "attack.yaml"), "utf8")) as Omit<Attack, "name">),
    }));
}

export function repeated(text: string): string {
  return text.replaceAll(/<<(.+?) \* (\d+)>>/g, (_, part: string, times: string) => part.repeat(Number(times)));
}
