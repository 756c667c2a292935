import { type PinFile, type PolicyIr, pinFileOf } from "@mcpolicy/core";
import type { Source } from "@mcpolicy/diagnostics";
import { type Files, parse } from "@mcpolicy/language";
import { type CaptureSource, capturePins } from "@mcpolicy/mcp/capture";
import { UsageError } from "../exit-codes.ts";
import { type Moved, movedBetween } from "./moved.ts";
import { packageOf } from "./sources.ts";
import { type TouchedRule, touchedRules } from "./touched-rules.ts";

/** A server of the policies, and the file that its pins stand in. */
export interface PinnedServer {
  readonly name: string;
  readonly file: string;
}

/** What was found out about one server. */
export interface Compared extends PinnedServer {
  readonly live: PinFile;
  readonly moved: readonly (Moved & { readonly rules: readonly TouchedRule[] })[];
}

/** The servers with pins, as the policies' texts name them: also where the pins are gone or broken, and so are to be renewed. */
export function pinnedServers(sources: readonly Source[], files: Files): readonly PinnedServer[] {
  const found = new Map<string, PinnedServer>();
  for (const source of sources) {
    if (!source.name.endsWith(".mcpolicy")) continue;
    for (const statement of parse(source).policy.statements) {
      if (statement.kind !== "server" || statement.from === undefined) continue;
      const file = files.join(statement.from.span.file, statement.from.value);
      found.set(`${statement.name.text} ${file}`, { name: statement.name.text, file });
    }
  }
  return [...found.values()];
}

/**
 * Asks a server for its definitions and holds them against its pins. Throws a UsageError where it does not answer. `irs` are the policies
 * whose rules may be touched.
 */
export async function compare(
  server: PinnedServer,
  source: CaptureSource,
  files: Files,
  irs: readonly PolicyIr[],
): Promise<Compared> {
  const pinned = pinsIn(files.read(server.file));
  const live = await capturePins({
    ...source,
    ...(pinned === undefined ? {} : { package: pinned.package, license: pinned.license }),
    ...("command" in source ? packageOf(source) : {}),
  }).catch((problem: Error) => {
    throw new UsageError(`cannot ask \`${server.name}\`: ${problem.message}`);
  });
  const moved = movedBetween(pinned ?? emptyPins, live);
  const withRules = moved.map((each) => ({ ...each, rules: irs.flatMap((ir) => touchedRules(ir, server.name, each)) }));
  return { ...server, live, moved: withRules };
}

const emptyPins: PinFile = pinFileOf(
  { tools: [], resources: [], resourceTemplates: [], prompts: [] },
  { package: "unknown", version: "unknown", license: "unknown" },
);

/** The pins of a file, whatever its digests say: it is held against the server. Undefined where it is gone or no pin file. */
function pinsIn(text: string | undefined): PinFile | undefined {
  try {
    const pins = JSON.parse(text ?? "") as PinFile;
    return { ...emptyPins, ...pins, tools: [...pins.tools] };
  } catch {
    return undefined;
  }
}
