import { anyOf, type Code, js } from "../code.ts";
import { isPathName } from "../path-names.ts";
import type { TextPattern } from "../readers/patterns.ts";
import { plainTestOf } from "../regular/plain-test.ts";
import type { Value } from "../value.ts";
import { call, type FastOperand, type Operator } from "./operator.ts";
import { stringsOf, type Wanted } from "./strings.ts";

/** Places in a tree of files, by segment, on canonical paths. */
export const paths: readonly Operator[] = [
  {
    id: "under",
    spelling: "under",
    level: "comparison",
    signatures: [["path", "path+", "bool"]],
    narrowingOnly: false,
    summary:
      "True where the path is the directory itself or lies below it, of any of the directories where a list is given.",
    examples: [
      ["/w/a.md", ["/w"], true],
      ["/w", ["/w"], true],
      ["/work", ["/w"], false],
      ["//w//a/", ["/x", "/w/"], true],
      ["/w/../etc/passwd", ["/w"], undefined],
      ["/w/%2e%2e/etc", ["/w"], undefined],
      ["~/a", ["/"], undefined],
    ],
    evaluate: (path: string, directories: readonly string[]) => directories.some((each) => isUnder(path, each)),
    partial: false,
    emit: call("under"),
    emitFast: (left, { constant, literal }) => {
      const directories = constant as readonly string[] | undefined;
      if (directories === undefined || directories.length > MOST_COMPARED) return undefined;
      return anyOf(directories.map((each) => underCode(left, each, literal)));
    },
    beginnings: (constant) => constant as readonly string[],
    toSet: "opaque",
  },
  {
    id: "like",
    spelling: "like",
    level: "comparison",
    signatures: [["path!", "glob+", "bool"]],
    narrowingOnly: false,
    summary: "True where the path matches the glob, or any of them; `*` stops at a slash, `**` does not.",
    examples: [
      ["/w/a.md", ["/w/*.md"], true],
      ["/w/b/a.md", ["/w/*.md"], false],
      ["/w/b/.env.local", ["**/.git/**", "**/.env*"], true],
      ["/w//b/", ["/w/b"], true],
      ["/w/../a.md", ["/**"], undefined],
    ],
    evaluate: likeAny,
    partial: false,
    emit: call("like"),
    emitFast: (left, { code, constant, literal }) => {
      const globs = constant as readonly TextPattern[] | undefined;
      if (globs === undefined || globs.length > MOST_COMPARED) return undefined;
      return anyOf(globs.map((each, index) => globCode(left, each, js`${code}[${index}]`, literal)));
    },
    beginnings: (constant) => (constant as readonly TextPattern[]).map(({ source }) => plainBeginning(source)),
    toSet: "opaque",
  },
  {
    id: "like-name",
    spelling: "like",
    level: "comparison",
    signatures: [["name", "glob+", "bool"]],
    narrowingOnly: false,
    summary: "True where the name of the tool or server matches the glob, or any of them.",
    examples: [
      ["read_file", ["read_*"], true],
      ["write_file", ["read_*", "list_*"], false],
      [7, ["*"], undefined],
    ],
    evaluate: likeAny,
    partial: false,
    emit: call("like-name"),
    toSet: "opaque",
  },
  {
    id: "path",
    spelling: "path",
    level: "function",
    signatures: [["path", "path"]],
    narrowingOnly: false,
    summary: "The text read as a path, for arguments whose name does not say that they are one.",
    examples: [
      ["/a//b/", "/a/b"],
      ["a/b", undefined],
      ["/a/../b", undefined],
    ],
    evaluate: (of: string) => of,
    partial: false,
    emit: (of) => of,
    isRead: true,
    toSet: "opaque",
  },
  {
    id: "paths",
    spelling: "paths",
    level: "function",
    signatures: [
      ["any", "list<path>"],
      ["any", "list<string>", "list<path>"],
    ],
    narrowingOnly: false,
    summary:
      "Every text, at any depth, whose name or the name of a list or record around it is one of a path, or one that the second operand lists, since its schema makes it one.",
    examples: [
      [{ path: "/a", text: "b", edits: [{ file: "/c", n: 1 }] }, ["/a", "/c"]],
      [{ files: ["/a", { x: "/b" }] }, ["/a", "/b"]],
      [{ sourcePath: "/a", profile: "b" }, ["/a"]],
      ["/a", []],
      [{ place: "/a", text: "b" }, ["place"], ["/a"]],
      [{ place: "/a" }, [7], undefined],
    ],
    evaluate: (of: Value, named: readonly string[] = []) => {
      if (named.length === 0) return stringsOf(of, underPathNames);
      const known = new Set(named);
      return stringsOf(of, { under: (name) => isPathName(name) || known.has(name), names: undefined });
    },
    partial: false,
    emit: call("paths"),
    toSet: "opaque",
  },
];

const underPathNames: Wanted = { under: isPathName, names: undefined };

/** Whether a text matches any of these. */
export function likeAny(of: string, globs: readonly TextPattern[]): boolean {
  return globs.some((glob) => glob.matches(of));
}

/** By segment, on canonical paths: `/work` is not under `/w`. */
export function isUnder(path: string, directory: string): boolean {
  if (directory === "/" || path === directory) return true;
  return path.startsWith(directory) && path.charCodeAt(directory.length) === 0x2f;
}

/** How many directories are tried one by one in generated code. */
const MOST_COMPARED = 8;

function underCode(path: Code, directory: string, literal: FastOperand["literal"]): Code {
  if (directory === "/") return js`true`;
  return js`${path}.startsWith(${literal(`${directory}/`)}) || ${path} === ${literal(directory)}`;
}

/** What all texts that a glob matches begin with: what stands before its first sign that could mean anything but itself. */
function plainBeginning(glob: string): string {
  return /^[\w/.-]*/.exec(glob)?.[0] ?? "";
}

function globCode(path: Code, { source }: TextPattern, glob: Code, literal: FastOperand["literal"]): Code {
  const test = plainTestOf(source);
  switch (test?.kind) {
    case "is":
      return js`${path} === ${literal(test.text)}`;
    case "begins":
      return js`${path}.startsWith(${literal(test.text)})`;
    case "ends":
      return js`${path}.endsWith(${literal(test.text)})`;
    case "below":
      return underCode(path, test.text, literal);
    case "through":
      return js`${path}.includes(${literal(`/${test.text}/`)}) || ${path}.endsWith(${literal(`/${test.text}`)})`;
    case "leaf":
      return js`${path}.startsWith(${literal(test.text)}, ${path}.lastIndexOf("/") + 1)`;
    default:
      return js`${glob}.matches(${path})`;
  }
}
