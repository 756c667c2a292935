import { isRecord, type Value } from "@mcpolicy/core";
import { parse, parseDocument } from "yaml";

/** What a file says that a skill or an agent uses, as it spells it. */
export interface Asked {
  /** Names of tools, and patterns. */
  readonly tools: readonly string[];
  /** Whole servers, with what of them is left out; from a list of servers (`mcp.json`). */
  readonly servers: readonly AskedServer[];
}

export interface AskedServer {
  readonly name: string;
  /** `*` for each tool. */
  readonly tools: readonly string[];
  readonly except: readonly string[];
}

/** The text is not what it was taken for. */
export class NotAList extends Error {
  override readonly name = "NotAList";
}

/**
 * Reads a list of tools: the front matter of a `SKILL.md` (`allowed-tools`), a list of servers as clients have it (`mcpServers` or
 * `servers`), a JSON or YAML list, or a text with a name a line. Throws a `NotAList` where it is none of these.
 */
export function askedTools(file: string, text: string): Asked {
  if (/\.(md|markdown)$/i.test(file)) return ofSkill(text);
  const isData = /\.(json|ya?ml)$/i.test(file) || /^\s*[[{]/.test(text);
  const value = isData ? parsed(text) : lines(text);
  if (Array.isArray(value)) return { tools: value.map(name), servers: [] };
  if (!isRecord(value)) throw new NotAList("it holds neither a list of tools nor a list of servers");
  const servers = value["mcpServers"] ?? value["servers"];
  if (isRecord(servers)) return { tools: [], servers: Object.entries(servers).flatMap(ofServer) };
  const tools = value["tools"] ?? value["allowed-tools"];
  if (tools === undefined)
    throw new NotAList("it has none of the keys `mcpServers`, `servers`, `tools`, `allowed-tools`");
  return { tools: namesIn(tools), servers: [] };
}

function parsed(text: string): Value {
  try {
    return parse(text, { version: "1.2", maxAliasCount: 100 }) as Value;
  } catch (problem) {
    throw new NotAList((problem as Error).message.split("\n")[0] ?? "");
  }
}

function lines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) =>
      line
        .replace(/#.*/, "")
        .replace(/^\s*-\s/, "")
        .trim(),
    )
    .filter((line) => line !== "");
}

function name(value: Value): string {
  if (typeof value === "string" && value.trim() !== "") return value.trim();
  if (isRecord(value) && typeof value["name"] === "string") return value["name"];
  throw new NotAList(`${JSON.stringify(value)} is no name of a tool`);
}

/** A list, or a text with commas or, where it has none, spaces between; what stands in parentheses belongs to its name. */
function namesIn(value: Value): readonly string[] {
  if (Array.isArray(value)) return value.map(name);
  if (typeof value !== "string") throw new NotAList("a list of tools is a list, or a text");
  const separator = /,(?![^(]*\))/.test(value) ? /,(?![^(]*\))/ : /\s+(?![^(]*\))/;
  return value
    .split(separator)
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

// -------------------------------------------------------------------- skills

/** A page with its front matter. */
export interface FrontMatter {
  /** Without the lines that bound it. */
  readonly yaml: string;
  readonly rest: string;
}

export function frontMatterOf(text: string): FrontMatter | undefined {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text);
  return match === null || match.index !== 0 ? undefined : { yaml: match[1] ?? "", rest: text.slice(match[0].length) };
}

function ofSkill(text: string): Asked {
  const front = frontMatterOf(text);
  if (front === undefined) throw new NotAList("it has no front matter: its first line is not `---`");
  const document = parseDocument(front.yaml, { version: "1.2" });
  const [problem] = document.errors;
  if (problem !== undefined) throw new NotAList(`its front matter: ${problem.message.split("\n")[0]}`);
  const value = document.toJS({ maxAliasCount: 100 }) as Value;
  const tools = isRecord(value) ? (value["allowed-tools"] ?? value["tools"]) : undefined;
  if (tools === undefined) throw new NotAList("its front matter does not say which tools it uses: `allowed-tools`");
  return { tools: namesIn(tools), servers: [] };
}

// ------------------------------------------------------------------- servers

/** Keys by which clients name some of a server's tools, and leave some out. */
const some = ["tools", "includeTools", "enabledTools", "allowedTools"];
const without = ["excludeTools", "disabledTools"];

function ofServer([server, settings]: readonly [string, Value]): readonly AskedServer[] {
  if (!isRecord(settings)) throw new NotAList(`what stands below \`${server}\` is no server`);
  if (settings["disabled"] === true) return [];
  const listed = some.flatMap((key) => (settings[key] === undefined ? [] : namesIn(settings[key])));
  const except = without.flatMap((key) => (settings[key] === undefined ? [] : namesIn(settings[key])));
  return [{ name: server, tools: listed.length === 0 ? ["*"] : listed, except }];
}
