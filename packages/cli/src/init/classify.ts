import { isPathName, type PinnedTool, type Type } from "@mcpolicy/core";
import { typeOfSchema } from "@mcpolicy/language";

/** What a first policy makes of a tool. */
export type Use =
  /** It only reads, and every path that it takes can be held below a root. `conditions` is empty where it takes none. */
  | { readonly kind: "read"; readonly conditions: readonly string[]; readonly paths: readonly PathArgument[] }
  /** It changes something, or says so. */
  | { readonly kind: "change" }
  /** It may only read, but where to, or what it runs, is up to the caller: nothing is granted until somebody has looked. */
  | { readonly kind: "unclear"; readonly why: string };

/** A top-level argument that holds one path or a list of them. */
export interface PathArgument {
  readonly name: string;
  readonly list: boolean;
  readonly optional: boolean;
}

// biome-ignore format: word lists
const readingWords = new Set([
  "read", "get", "list", "search", "find", "describe", "view", "show", "lookup", "count", "stat", "tree", "head", "tail",
  "info", "status", "log", "logs", "diff", "history", "retrieve", "inspect", "check", "schema", "explain", "help", "docs",
]);
// biome-ignore format: word lists
const changingWords = new Set([
  "write", "edit", "create", "delete", "remove", "move", "rename", "update", "set", "put", "post", "patch", "insert", "drop", "add",
  "push", "commit", "merge", "send", "reply", "run", "exec", "execute", "eval", "evaluate", "install", "upload", "kill", "stop",
  "start", "restart", "apply", "scale", "deploy", "rollback", "reset", "clean", "cleanup", "clear", "close", "fork", "click", "fill",
  "type", "press", "drag", "purge", "publish", "save", "upsert", "pay", "cancel", "revert", "rebase", "checkout", "pull", "connect",
  "disconnect", "switch", "pause", "restore", "confirm", "invite", "enable", "disable", "copy", "download", "generate", "replace", "fetch",
]);
/** Arguments through which a tool that "only reads" can be made to reach anywhere or run anything. */
// biome-ignore format: word lists
const reachingWords = new Set([
  "url", "urls", "uri", "href", "link", "host", "hostname", "endpoint", "domain", "command", "cmd", "shell", "script", "code", "sql",
  "query", "expression", "statement", "function", "js", "pipeline", "graphql", "eval", "proxy", "webhook",
]);

/** Where these stand in a tool's name, its `query` is what is looked for, not a program. */
const searchingWords = new Set(["search", "find", "lookup", "docs"]);
/** What a first policy should not hand out unasked, however harmless the reading. */
// biome-ignore format: word lists
const secretWords = new Set([
  "env", "environment", "secret", "secrets", "credential", "credentials", "password", "passwords", "token", "tokens", "cookie",
  "cookies", "key", "keys",
]);

/** Judges a tool by its own annotations and its name; where the two differ, or are silent, by the worse. */
export function useOf(tool: PinnedTool, root: string): Use {
  const words = wordsOf(tool.name);
  if (!isReading(tool, words)) return { kind: "change" };
  if (words.some((word) => secretWords.has(word))) return { kind: "unclear", why: "it may tell secrets" };

  const { type } = typeOfSchema(tool.inputSchema);
  if (type.kind !== "record" || (type.open && !takesNothing(tool))) {
    return { kind: "unclear", why: "its arguments are not all declared" };
  }
  const paths: PathArgument[] = [];
  for (const [name, field] of Object.entries(type.fields)) {
    const shape = pathShape(field.type);
    if (shape !== undefined) {
      paths.push({ name, list: shape === "list", optional: field.optional });
    } else if (holdsPath(field.type, name)) {
      return { kind: "unclear", why: `\`${name}\` may hold a path that cannot be bounded simply` };
    } else if (reaches(field.type, name) && !(name === "query" && words.some((word) => searchingWords.has(word)))) {
      return { kind: "unclear", why: `through \`${name}\` it may reach anywhere` };
    }
  }
  const isBound = paths.length === 0 || paths.some(({ optional }) => !optional) || paths.length === 1;
  if (!isBound) return { kind: "unclear", why: "each of its paths may be left out" };
  const required = paths.length === 1 ? paths.map((path) => ({ ...path, optional: false })) : paths;
  return { kind: "read", paths: required, conditions: required.map((path) => below(path, root)) };
}

/** Many servers declare a tool without arguments as an object and no more. */
function takesNothing({ inputSchema }: PinnedTool): boolean {
  return (
    Object.keys(inputSchema).every((key) => harmless.has(key)) &&
    Object.keys(inputSchema["properties"] ?? {}).length === 0
  );
}

const harmless = new Set(["$schema", "type", "properties", "required", "description", "title"]);

function isReading(tool: PinnedTool, words: readonly string[]): boolean {
  const hints = tool.annotations ?? {};
  if (hints["readOnlyHint"] === false) return false;
  if (hints["readOnlyHint"] !== true && hints["destructiveHint"] === true) return false;
  // The first word that says anything is the verb: `get_pull_request` reads, `search_and_replace` does more.
  const verb = words.find((word) => readingWords.has(word) || changingWords.has(word));
  const doesMore =
    words.some((word) => word === "and" || word === "or") && words.some((word) => changingWords.has(word));
  if (doesMore || (verb !== undefined && changingWords.has(verb))) return false;
  return verb !== undefined || hints["readOnlyHint"] === true;
}

/** `getPullRequest`, `get_pull_request`, `get-pull-request` to the same three words. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
}

function below({ name, list, optional }: PathArgument, root: string): string {
  const path = `args.${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}`;
  const folder = JSON.stringify(root);
  const bounded = list ? `size(${path}) > 0 and every p in ${path}: p under ${folder}` : `${path} under ${folder}`;
  if (!optional) return bounded;
  return `(not has ${path} or ${list ? `(${bounded})` : bounded})`;
}

function pathShape(type: Type): "one" | "list" | undefined {
  if (type.kind === "path") return "one";
  return type.kind === "list" && type.element.kind === "path" ? "list" : undefined;
}

/** Whether a path stands somewhere in a type, or something that may be one under a path's name. */
function holdsPath(type: Type, name: string): boolean {
  switch (type.kind) {
    case "path":
      return true;
    case "any":
    case "string":
      return isPathName(name);
    case "list":
      return holdsPath(type.element, name);
    case "union":
      return type.members.some((member) => holdsPath(member, name));
    case "record":
      return Object.entries(type.fields).some(([key, field]) => holdsPath(field.type, key));
    default:
      return false;
  }
}

function reaches(type: Type, name: string): boolean {
  switch (type.kind) {
    case "url":
      return true;
    case "any":
    case "string":
      return wordsOf(name).some((word) => reachingWords.has(word));
    case "list":
      return reaches(type.element, name);
    case "union":
      return type.members.some((member) => reaches(member, name));
    case "record":
      return type.open || Object.entries(type.fields).some(([key, field]) => reaches(field.type, key));
    default:
      return false;
  }
}
