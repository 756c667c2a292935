import { posix } from "node:path";
import type { JsonObject } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { callOf, listingOf, loadOver } from "../one-server.ts";
import { readData } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";

const root = "/srv/data";
const text = { type: "string" };
const listing = listingOf([
  { name: "read", properties: { path: text } },
  { name: "run", properties: { command: text } },
  { name: "find", properties: { value: text } },
]);

const rooted = `mcpolicy 1
server files from "server.json" root "${root}"
allow "below the root" anyone to files.read when args.path under "${root}"
allow "some commands" anyone to files.run when args.command runs ["status", "git log **"]
allow "an exact word" anyone to files.find when args.value == "users"
allow "one of two" anyone to files.find when args.value in ["users", "orders"]
allow "small letters" anyone to files.find when args.value matches /[a-z]+/
`;

const rootless = `mcpolicy 1
server files from "server.json"
allow "below the root" anyone to files.read when args.path under "${root}"
`;

/** The classes of the data's README, "Path payloads", with the numbers that it states. */
const classes = {
  leaves: { title: "leaves the root as it stands", count: 728 },
  decoded: { title: "leaves it only after percent-decoding", count: 55 },
  backslash: { title: "leaves it only if \\ separates", count: 72 },
  rest: { title: "the rest", count: 97 },
} as const;

type Class = keyof typeof classes;

/** Whether a path, taken as POSIX takes it, is outside the root. */
function leaves(path: string): boolean {
  const resolved = posix.resolve(root, path);
  return resolved !== root && !resolved.startsWith(`${root}/`);
}

function decodedTwice(path: string): string {
  const decode = (value: string): string =>
    value.replace(/%[0-9A-Fa-f]{2}/g, (each) => String.fromCharCode(Number.parseInt(each.slice(1), 16)));
  return decode(decode(path));
}

/** By the path library of Node, which shares nothing with our readers. */
export function classOf(payload: string): Class {
  if (leaves(payload)) return "leaves";
  const decoded = decodedTwice(payload);
  if (leaves(decoded)) return "decoded";
  return leaves(decoded.replaceAll("\\", "/")) ? "backslash" : "rest";
}

interface PathCount {
  readonly class: Class;
  readonly placed: "raw" | "appended";
  readonly total: number;
  readonly allowed: number;
}

/** Attack strings against an `under`, `runs`, `==`, `in` and `matches`: nothing that leaves the root or smuggles a command is allowed. */
export const attacks: Soak = {
  name: "attacks",
  summary: "path traversal, sensitive files, injections and other hostile strings as argument values",
  needsShared: true,
  run({ shared }): SoakResult {
    const { policy } = loadOver(rooted, listing);
    const problems: string[] = [];
    const lines: string[] = [];
    const plainWords: string[] = [];

    const paths = pathTraversal(
      policy,
      payloadsOf(shared!, "path-traversal").map((each) => each.replaceAll("{FILE}", "etc/passwd")),
    );
    lines.push(...paths.lines);
    problems.push(...paths.problems);

    const ordinary = ordinaryPaths();
    const refused = ordinary.filter((path) => !isAllowed(policy, "read", { path }));
    lines.push(`ordinary paths below the root: ${ordinary.length - refused.length} of ${ordinary.length} allowed`);
    problems.push(...refused.map((path) => `an ordinary path is denied: ${JSON.stringify(path)}`));

    const sensitive = payloadsOf(shared!, "sensitive-files");
    const { policy: withoutRoot } = loadOver(rootless, listing);
    const reached = sensitive.filter((path) => isAllowed(withoutRoot, "read", { path }));
    lines.push(
      `sensitive files, on a server without a root: ${sensitive.length - reached.length} of ${sensitive.length} denied`,
    );
    problems.push(...reached.map((path) => `a sensitive file is allowed: ${JSON.stringify(path)}`));

    for (const file of ["command-injection", "sql-injection", "nosql-injection"]) {
      const found = injections(policy, payloadsOf(shared!, file));
      lines.push(
        `${file}: ${found.tried} strings; allowed by == and in: ${found.words.length}, by matches: ${found.matched.length}, by runs: ${found.runs.length}`,
      );
      const shown = found.runs
        .slice(0, 4)
        .map((each) => JSON.stringify(each))
        .join(", ");
      if (found.runs.length > 0)
        lines.push(`  plain words without an operator, all of them in --format json: ${shown}`);
      plainWords.push(...found.runs);
      problems.push(...found.problems);
    }

    const naughty = hostileEverywhere(policy, [
      ...payloadsOf(shared!, "naughty-strings"),
      ...payloadsOf(shared!, "prototype-pollution"),
      ...payloadsOf(shared!, "prompt-injection"),
    ]);
    lines.push(...naughty.lines);
    problems.push(...naughty.problems);

    lines.push(...problems.map((problem) => `PROBLEM ${problem}`));
    return {
      ok: problems.length === 0,
      lines,
      data: { paths: paths.counts, judged: paths.judged, plainWords, ordinary: ordinary.length, problems },
    };
  },
};

function isAllowed(policy: LoadedPolicy, tool: string, args: JsonObject): boolean {
  return policy.decide(callOf("files", tool, args)).effect === "allow";
}

function payloadsOf(shared: string, name: string): readonly string[] {
  const file = readData<{
    readonly payloads?: readonly string[];
    readonly groups?: readonly { readonly payloads: readonly string[] }[];
  }>(shared, "attack-strings", `${name}.json`);
  return file.payloads ?? (file.groups ?? []).flatMap(({ payloads }) => payloads);
}

function pathTraversal(
  policy: LoadedPolicy,
  payloads: readonly string[],
): {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
  readonly counts: readonly PathCount[];
  readonly judged: readonly Judged[];
} {
  const lines: string[] = [];
  const problems: string[] = [];
  const counts: PathCount[] = [];
  const judged: Judged[] = [];
  for (const [name, { title, count }] of Object.entries(classes) as [Class, (typeof classes)[Class]][]) {
    const members = payloads.filter((payload) => classOf(payload) === name);
    if (members.length !== count) problems.push(`the class "${title}" has ${members.length} payloads, not ${count}`);
    for (const placed of ["raw", "appended"] as const) {
      const tried = members.map((payload) => (placed === "raw" ? payload : `${root}/${payload}`));
      const allowed = tried.filter((path) => isAllowed(policy, "read", { path }));
      counts.push({ class: name, placed, total: tried.length, allowed: allowed.length });
      lines.push(
        `path traversal, ${placed}: ${title}: ${tried.length - allowed.length} denied, ${allowed.length} allowed, of ${tried.length}`,
      );
      for (const path of allowed) {
        const why = harmless.find(({ seen }) => seen.test(path))?.why;
        if (leavesInAnySpelling(path)) problems.push(`allowed although it leaves ${root}: ${JSON.stringify(path)}`);
        else if (why === undefined) problems.push(`allowed, and nobody has said why: ${JSON.stringify(path)}`);
        else judged.push({ class: name, placed, path, why });
      }
      for (const [why, paths] of Map.groupBy(
        judged.filter((each) => each.class === name && each.placed === placed),
        (each) => each.why,
      )) {
        const shown = name === "rest" ? paths : paths.slice(0, 1);
        const others = paths.length > shown.length ? ` and ${paths.length - shown.length} more like it` : "";
        lines.push(`  allowed, since ${why}: ${shown.map(({ path }) => JSON.stringify(path)).join(", ")}${others}`);
      }
    }
  }
  return { lines, problems, counts, judged };
}

function leavesInAnySpelling(path: string): boolean {
  const decoded = decodedTwice(path);
  return [path, decoded, decoded.replaceAll("\\", "/")].some(leaves);
}

/** Why a string that comes with the attacks may be allowed below the root. What none of these explains is a problem. */
const harmless: readonly { readonly seen: RegExp; readonly why: string }[] = [
  { seen: /0x(?:2e|2f|5c)/, why: "`0x2e` is no escape: it is those four characters" },
  { seen: /(?:^|\/)\.\.;/, why: "`..;` is an ordinary name" },
  { seen: /(?:^|\/)\.{3,}(?:\/|$)/, why: "three or more dots are an ordinary name" },
  { seen: /(?:^|\/)\.htaccess$/, why: "it is an ordinary name inside the root" },
  { seen: /^\/srv\/data\/C:\//, why: "behind a POSIX root a drive is an ordinary name" },
];

interface Judged {
  readonly class: Class;
  readonly placed: PathCount["placed"];
  readonly path: string;
  readonly why: string;
}

/** Two hundred names that people give to files: spaces, accents, dashes, dots, other scripts. */
export function ordinaryPaths(): readonly string[] {
  const folders = [
    "",
    "docs/",
    "Über uns/",
    "src/components/",
    "2026-11 Reports/",
    "v1.2..v1.3/",
    "…/",
    "日本語/",
    "a-b_c/",
    "naïve café/",
  ];
  const files = [
    "README.md",
    "a b.txt",
    "résumé.pdf",
    ".gitignore",
    "file.tar.gz",
    "x..y",
    "...and more",
    "-dash-first",
    "Straße (1).doc",
    "100 pct.csv",
    "a,b;c.txt",
    "[draft].md",
    "it's.md",
    "no-extension",
    "ünïcode-ß.md",
    "a+b=c.txt",
    "@scope.json",
    "#1.md",
    "tilde~inside",
    "файл.txt",
  ];
  return folders.flatMap((folder) => files.map((file) => `${root}/${folder}${file}`));
}

/** A payload behind an allowed value, and alone: no exact comparison may take it; what `runs` takes is listed. */
function injections(policy: LoadedPolicy, payloads: readonly string[]) {
  const values = payloads.flatMap((payload) => [`users${payload}`, `users ${payload}`]);
  const commands = payloads.flatMap((payload) => [`status${payload}`, `status ${payload}`, `git log ${payload}`]);
  const words = values.filter(
    (value) => value !== "users" && isAllowed(policy, "find", { value }) && !/^[a-z]+$/.test(value),
  );
  const matched = values.filter((value) => isAllowed(policy, "find", { value }) && /[^a-z]/.test(value));
  const runs = commands.filter((command) => isAllowed(policy, "run", { command }));
  const smuggled = runs.filter(isMoreThanWords);
  const problems = [
    ...words.map((value) => `== or in allows ${JSON.stringify(value)}`),
    ...matched.map((value) => `matches allows ${JSON.stringify(value)}`),
    ...smuggled.map((command) => `runs allows ${JSON.stringify(command)}`),
  ];
  return { tried: payloads.length, words, matched, runs, problems };
}

/**
 * Whether a shell would find more than plain words in a text, judged by its characters alone: what is quoted or escaped aside, an
 * operator, an expansion or a line break anywhere, or `#`, `~`, `!` where a word begins (POSIX.1-2024, shell, 2.2, 2.3, 2.6).
 */
function isMoreThanWords(command: string): boolean {
  const bare = command.replace(/'[^']*'|\\[^\n]|"(?:[^"$`\\]|\\.)*"/g, "q");
  return /[;&|<>$`(){}*?[\]\n\r'"\\]/.test(bare) || /(?:^|\s)[#~!]/.test(bare);
}

/** Hostile strings as values, argument names, tool and server names, callers and roles: no crash, nothing granted. */
function hostileEverywhere(
  policy: LoadedPolicy,
  payloads: readonly string[],
): { readonly lines: readonly string[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const pristine = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  let [tried, allowed, faults] = [0, 0, 0];
  const judge = (what: string, request: Parameters<LoadedPolicy["decide"]>[0], mayAllow: boolean): void => {
    tried += 1;
    const decision = policy.decide(request);
    if (decision.reason === "fault") {
      faults += 1;
      problems.push(`a fault for ${what}: ${decision.kept.fault}`);
    }
    if (decision.effect !== "allow") return;
    allowed += 1;
    if (!mayAllow) problems.push(`allowed: ${what}`);
  };
  for (const payload of payloads) {
    const shown = JSON.stringify(payload);
    judge(`path ${shown}`, callOf("files", "read", { path: payload }), !leavesInAnySpelling(payload));
    judge(`command ${shown}`, callOf("files", "run", { command: payload }), false);
    judge(`value ${shown}`, callOf("files", "find", { value: payload }), /^[a-z]+$/.test(payload));
    judge(
      `argument name ${shown}`,
      callOf("files", "find", { value: "users", ...Object.fromEntries([[payload, 1]]) }),
      payload === "value",
    );
    judge(`tool ${shown}`, callOf("files", payload, { path: `${root}/a` }), false);
    judge(`server ${shown}`, callOf(payload, "read", { path: `${root}/a` }), false);
    judge(
      `role ${shown}`,
      { ...callOf("files", "run", { command: "id" }), principal: { id: payload, roles: [payload] } },
      false,
    );
  }
  if (JSON.stringify(Object.getOwnPropertyNames(Object.prototype)) !== pristine)
    problems.push("Object.prototype has changed");
  return {
    lines: [
      `hostile strings: ${tried} requests from ${payloads.length} strings, ${faults} faults, ${allowed} allowed where they are harmless`,
    ],
    problems,
  };
}
