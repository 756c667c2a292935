import { type DeploymentIr, type Endpoint, endpointText, parseEndpoint, type Value } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Settings, SettingWord, Statement } from "./ast.ts";
import { checkDetectors } from "./check-redact.ts";
import { durationValue } from "./literals.ts";
import { type Finding, type Report, withSuggestion } from "./report.ts";
import type { Scope } from "./scope.ts";

/** What stands behind a setting's name. */
type Reading = (words: readonly SettingWord[], setting: SettingWord, report: Report, scope: Scope) => Value | undefined;

/** The settings of each statement, and how each is read. */
const settings: Readonly<Record<Settings["kind"], Readonly<Record<string, Reading>>>> = {
  token: {
    issuer: several("text", isIssuer, 'the URLs of issuers, as in `issuer "https://id.example.com"`'),
    audience: several("text", (text) => text !== "", 'whom tokens are for, as in `audience "https://mcp.example.com"`'),
    algorithms: several(
      "word",
      (word) => algorithms.has(word),
      `signature algorithms with a public key: ${"`EdDSA`, `ES256`, `RS256` and the like"}`,
    ),
    lifetime: atMost,
    skew: atMostAMinute,
  },
  audit: {
    arguments: one("word", among("keys", "hashed", "full"), "`keys`, `hashed` or `full`"),
    results: one("word", among("size", "full"), "`size` or `full`"),
    redact: namedDetectors,
  },
  network: {
    connect: endpoints,
  },
};

/**
 * `token`, `audit` and `network` statements as data: what the adapter demands of a caller, what the log keeps, where a server may
 * connect. Durations are milliseconds. `token` and `audit` stand once, `network` once for each server.
 */
export function deploymentOf(statements: readonly Statement[], scope: Scope, report: Report): DeploymentIr {
  const first = new Map<string, Settings>();
  const network: [string, readonly string[]][] = [];
  const whole: { token?: Readonly<Record<string, Value>>; audit?: Readonly<Record<string, Value>> } = {};
  for (const statement of statements) {
    if (statement.kind !== "token" && statement.kind !== "audit" && statement.kind !== "network") continue;
    const key = `${statement.kind} ${statement.server?.text ?? ""}`.trim();
    const before = first.get(key);
    if (before !== undefined) {
      report(
        diagnostic("P0227", headSpan(statement), `\`${key}\` stands twice`)
          .withLabel("again here")
          .at(headSpan(before), "first here")
          .withNote("which of the two holds must not depend on their order")
          .withHelp("join the two, or remove one"),
      );
      continue;
    }
    first.set(key, statement);
    const read = readSettings(statement, scope, report);
    if (statement.kind === "network") {
      checkServer(statement, scope, report);
      network.push([statement.server?.text ?? "", (read["connect"] ?? []) as readonly string[]]);
    } else whole[statement.kind] = read;
  }
  return { ...whole, network: Object.fromEntries(network) };
}

function headSpan({ span, kind, server }: Settings): Span {
  return { ...span, end: server?.span.end ?? span.start + kind.length };
}

function checkServer({ server }: Settings, scope: Scope, report: Report): void {
  if (server === undefined || scope.servers.has(server.text)) return;
  report(
    withSuggestion(
      diagnostic("P0202", server.span, `there is no server \`${server.text}\``),
      server.text,
      scope.servers.keys(),
      server.span,
      "servers",
    ),
  );
}

/** Each name of a setting with the words up to the next one. */
function readSettings(statement: Settings, scope: Scope, report: Report): Readonly<Record<string, Value>> {
  const known = settings[statement.kind];
  const read: Record<string, Value> = {};
  const words = [...statement.words];
  while (words.length > 0) {
    const setting = words.shift()!;
    const reading = setting.kind === "word" && Object.hasOwn(known, setting.text) ? known[setting.text] : undefined;
    if (reading === undefined) {
      if (setting.kind === "," && Object.keys(read).length > 0 && words.length > 0) continue;
      report(
        withSuggestion(
          diagnostic("P0226", setting.span, `\`${statement.kind}\` has no setting \`${setting.text}\``).withNote(
            "what is not understood must not be passed over: the policy builds nothing",
          ),
          setting.text,
          Object.keys(known),
          setting.span,
          "settings",
        ),
      );
      return read;
    }
    const end = words.findIndex((word) => word.kind === "word" && Object.hasOwn(known, word.text));
    const values = words.splice(0, end < 0 ? words.length : end);
    if (values.at(-1)?.kind === "," && words.length > 0) values.pop();
    if (Object.hasOwn(read, setting.text)) {
      report(diagnostic("P0226", setting.span, `\`${setting.text}\` is set twice`).withHelp("keep one of the two"));
      continue;
    }
    const value = reading(values, setting, report, scope);
    if (value !== undefined) read[setting.text] = value;
  }
  return read;
}

// --------------------------------------------------------------- readings

const kinds = { word: "word", text: "string", duration: "duration" } as const;

function one(kind: keyof typeof kinds, isRight: (text: string) => boolean, wanted: string): Reading {
  return (words, setting, report) => {
    const [word] = words;
    if (words.length === 1 && word?.kind === kinds[kind] && isRight(word.text)) return word.text;
    return wrong(words, setting, wanted, report);
  };
}

function several(kind: keyof typeof kinds, isRight: (text: string) => boolean, wanted: string): Reading {
  return (words, setting, report) => {
    const values = words.filter((_, index) => index % 2 === 0);
    const commas = words.filter((_, index) => index % 2 === 1);
    const bad = values.find((word) => word.kind !== kinds[kind] || !isRight(word.text));
    if (values.length === commas.length + 1 && bad === undefined && commas.every((each) => each.kind === ",")) {
      return [...new Set(values.map((word) => word.text))];
    }
    return wrong(bad === undefined ? words : [bad], setting, wanted, report);
  };
}

function atMostAMinute(words: readonly SettingWord[], setting: SettingWord, report: Report): Value | undefined {
  const [word] = words;
  const value = words.length === 1 && word?.kind === "duration" ? durationValue(word.text) : undefined;
  if (value !== undefined && value <= 60_000) return value;
  return wrong(words, setting, `a length of time of at most a minute, as in \`${setting.text} 30s\``, report);
}

function atMost(words: readonly SettingWord[], setting: SettingWord, report: Report): Value | undefined {
  const [at, most, word] = words;
  const value = word?.kind === "duration" ? durationValue(word.text) : undefined;
  const isRight = words.length === 3 && at?.text === "at" && most?.text === "most" && (value ?? 0) > 0;
  return isRight ? value : wrong(words, setting, "`at most` and a length of time, as in `lifetime at most 5m`", report);
}

/** Endpoints in canonical text, each once. */
function endpoints(
  words: readonly SettingWord[],
  setting: SettingWord,
  report: Report,
  scope: Scope,
): Value | undefined {
  const wanted = 'hosts and ports, as in `connect "api.github.com:443", "*.example.com:443"`';
  const isEndpoint = (text: string): boolean => parseEndpoint(text) !== undefined;
  const texts = several("text", isEndpoint, wanted)(words, setting, report, scope) as readonly string[] | undefined;
  return texts && [...new Set(texts.map((text) => endpointText(parseEndpoint(text) as Endpoint)))];
}

/** Detectors as values that `detector` reads. */
function namedDetectors(
  words: readonly SettingWord[],
  setting: SettingWord,
  report: Report,
  scope: Scope,
): Value | undefined {
  const wanted = `detectors by name, as in \`${setting.text} card, email-address\``;
  const names = several("word", () => true, wanted)(words, setting, report, scope);
  if (names === undefined) return undefined;
  const mentions = words.filter(({ kind }) => kind === "word");
  return checkDetectors(mentions, scope, report).map(({ value }) => value);
}

function wrong(words: readonly SettingWord[], setting: SettingWord, wanted: string, report: Report): undefined {
  const [first] = words;
  const last = words.at(-1);
  const span: Span = first === undefined || last === undefined ? setting.span : { ...first.span, end: last.span.end };
  const said = words
    .map((word) => word.text)
    .join(" ")
    .replaceAll(" ,", ",");
  const found: Finding = diagnostic(
    "P0226",
    span,
    first === undefined ? `\`${setting.text}\` says nothing` : `\`${said}\` cannot stand behind \`${setting.text}\``,
  );
  const secret = setting.text === "algorithms" && words.some((word) => /^(HS\d|none$)/i.test(word.text));
  report(
    (secret
      ? found.withNote("with `none` anybody makes tokens, and with a shared secret everybody who checks them")
      : found
    )
      .withNote("what is not understood must not be passed over: the policy builds nothing")
      .withHelp(`write ${wanted}`),
  );
  return undefined;
}

function among(...words: readonly string[]): (word: string) => boolean {
  return (word) => words.includes(word);
}

/** RFC 7518 and RFC 8037, those whose verifier cannot sign. */
const algorithms: ReadonlySet<string> = new Set(
  "EdDSA ES256 ES384 ES512 PS256 PS384 PS512 RS256 RS384 RS512".split(" "),
);

/** RFC 8414, section 2: an https URL without query and fragment; http for one's own machine. */
function isIssuer(text: string): boolean {
  return /^(https:\/\/[^\s?#@]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/[^\s?#@]*)?)$/.test(text);
}
