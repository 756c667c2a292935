import { parseDocument, stringify } from "yaml";
import { frontMatterOf } from "./asked-tools.ts";

/** What a skill says that it needs (guide, "Skills"). */
export interface Requirements {
  readonly capabilities: readonly string[];
  /** How often its token is renewed, at least. */
  readonly refresh: string;
  /** The digest of the policy that the capabilities are of. */
  readonly policy: string;
}

/**
 * Keys and values as a skill's `metadata` may hold them: texts, under names that nobody else takes (Agent Skills specification,
 * "metadata").
 */
export function metadataOf({ capabilities, refresh, policy }: Requirements): Readonly<Record<string, string>> {
  return {
    "mcpolicy-authentication": "token",
    "mcpolicy-token-refresh": refresh,
    "mcpolicy-capabilities": capabilities.join(" "),
    "mcpolicy-policy": policy,
  };
}

/** A front matter that says just this. */
export function frontMatter(requirements: Requirements): string {
  return `---\n${stringify({ metadata: metadataOf(requirements) }, { lineWidth: 0 })}---\n`;
}

/** A page whose front matter says this beside what it says already; comments and all else stay as they are. */
export function withFrontMatter(page: string, requirements: Requirements): string {
  const front = frontMatterOf(page);
  if (front === undefined) return `${frontMatter(requirements)}\n${page}`;
  const document = parseDocument(front.yaml, { version: "1.2" });
  for (const [key, value] of Object.entries(metadataOf(requirements))) document.setIn(["metadata", key], value);
  return `---\n${document.toString({ lineWidth: 0 })}---\n${front.rest}`;
}

/** What a page says of this already; undefined where it says nothing. */
export function statedIn(page: string): Readonly<Record<string, string>> | undefined {
  const front = frontMatterOf(page);
  if (front === undefined) return undefined;
  const metadata: unknown = parseDocument(front.yaml, { version: "1.2" }).toJS()?.metadata;
  const entries = Object.entries((metadata ?? {}) as Record<string, unknown>).filter(([key]) =>
    key.startsWith("mcpolicy-"),
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}
