import type { Random } from "./random.ts";

/**
 * Statements that remember, ask, bound, label and hold back, and conditions on what is remembered, as texts over the made-up servers.
 * What does not fit (an argument that not every tool has) the checker refuses, and it is dropped.
 */
export function rememberingStatements(random: Random): readonly string[] {
  const several = (most: number, make: (index: number) => string): readonly string[] =>
    Array.from({ length: random.int(0, most) }, (_, index) => make(index));
  return [
    ...(random.chance(0.8) ? [label(random, "hot")] : []),
    ...(random.chance(0.8) ? [resultLabel(random, "seen")] : []),
    ...several(2, (index) => label(random, random.pick(["hot", "seen", `more${index}`]))),
    ...several(2, (index) => require(random, index)),
    ...several(3, (index) => limit(random, index)),
    ...several(3, (index) => remembering(random, "deny", index)),
    ...several(2, (index) => remembering(random, "allow", index)),
    ...several(2, (index) => unsure(random, index)),
    ...several(2, (index) => denyResult(random, index)),
    ...several(2, (index) => redact(random, index)),
    ...(random.chance(0.15) ? ["check result of hub.query { ok: bool n?: int 0..5 }"] : []),
  ];
}

/** One more statement of a kind, for the laws about additions. */
export function rememberingAddition(
  random: Random,
  kind: "require" | "limit" | "label" | "deny" | "deny result" | "redact",
): string {
  switch (kind) {
    case "require":
      return require(random, 99);
    case "limit":
      return limit(random, 99);
    case "label":
      return random.chance(0.5) ? label(random, "hot") : resultLabel(random, "seen");
    case "deny":
      return remembering(random, "deny", 99);
    case "deny result":
      return denyResult(random, 99);
    case "redact":
      return redact(random, 99);
  }
}

const targets = [
  "*",
  "disk.*",
  "hub.*",
  "disk.write_file",
  "disk.read_file",
  "disk.read_file, disk.write_file",
  "disk.*",
  "hub.fetch",
  "hub.query",
  "hub.*",
  "wild.*",
  "*",
  "do:read",
  "hub.send_mail",
  'resource disk "file:///srv/data/**"',
] as const;
const windows = ["30s", "1m", "5m", "1h", "2h"] as const;
const callers = ["", "", "", "reader to ", "anyone to ", "lead to ", 'id "ann" to '] as const;
const facts = ["context.risk < 5", "context.risk >= 1", 'has context.region and context.region == "us"'] as const;

function named(random: Random, word: string, index: number): string {
  return random.chance(0.9) ? ` "${word} ${index}"` : "";
}

function shadow(random: Random): string {
  return random.chance(0.08) ? "shadow " : "";
}

function because(random: Random): string {
  return random.chance(0.3) ? `\n  because ${JSON.stringify(random.pick(["Wait.", "Ask.", "Not now."]))}` : "";
}

/** A condition that narrows, of facts or of the past; none now and then. */
function when(random: Random): string {
  const roll = random.next();
  if (roll < 0.45) return "";
  if (roll < 0.65) return `\n  when ${random.pick(facts)}`;
  return `\n  when ${pastThatNarrows(random)}`;
}

function require(random: Random, index: number): string {
  const duty = random.pick([
    "approval from lead",
    "approval from reader or writer",
    "approval from anyone except reader",
    "approval from caller",
    'approval from id "bob"',
    "mfa",
    "justification",
    'duty "four eyes"',
  ]);
  const valid = random.chance(0.4) ? ` valid ${random.pick(windows)}` : "";
  const target = random.pick(callers) + random.pick(targets);
  return `${shadow(random)}require${named(random, "ask", index)} ${duty} for ${target}${when(random)}${valid}${because(random)}`;
}

function limit(random: Random, index: number): string {
  const keys = random
    .some(
      ["principal", "client", "tool", "server", "everyone", "principal.team", "principal.level"],
      random.pick([1, 1, 2]),
    )
    .join(", ");
  const roll = random.next();
  const amount = random.pick([1, 1, 2, 3]);
  const who = random.pick(callers);
  const window = random.pick(windows);
  const rest = `${when(random)}${because(random)}`;
  const head = `${shadow(random)}limit${named(random, "bound", index)} ${who}`;
  if (roll < 0.25) return `${head}${random.pick(targets)} to ${amount} at once per ${keys}${rest}`;
  if (roll < 0.45) {
    const [operation, sum] = random.pick([
      ["disk.write_file", "(args.size ?? 1)"],
      ["disk.write_file", "bytes(args.content)"],
      ["hub.fetch", "(args.timeout ?? 0)"],
      ["wild.*", "(args.n ?? 1)"],
    ] as const);
    return `${head}${operation} to ${random.pick([1, 5, 10])} of ${sum} per ${window} per ${keys}${rest}`;
  }
  return `${head}${random.pick(targets)} to ${amount} per ${window} per ${keys}${rest}`;
}

function label(random: Random, name: string): string {
  return `${shadow(random)}label ${name} on ${random.pick(targets)}${when(random)} for ${random.pick(windows)}`;
}

function resultLabel(random: Random, name: string): string {
  const [operation, condition] = random.pick(results);
  return `label ${name} on ${operation}\n  when ${condition} for ${random.pick(windows)}`;
}

function denyResult(random: Random, index: number): string {
  const [operation, condition] = random.pick(results);
  const also = random.chance(0.25) ? ` and (${pastThatNarrows(random)})` : "";
  return `${shadow(random)}deny${named(random, "hold", index)} result of ${operation}\n  when (${condition})${also}${because(random)}`;
}

/** With an expression of its own now and then, and a list of detectors. */
function redact(random: Random, index: number): string {
  const own = `OWN${index}`;
  const expression = random.pick(["[ab]b", "[0-9]", "a.*b", "redacted", "n"]);
  const [operation, condition] = random.chance(0.5)
    ? random.pick(results)
    : [random.pick(["hub.*", "disk.*", "*"]), ""];
  const [lets, detectors] = random.pick([
    ["", random.pick(["card", "email-address, iban", "ip-address", "jwt, aws-key, card"])],
    [`let ${own} = /${expression}/\n`, random.pick([own, `${own}, card`])],
    [`let ${own} = [/${expression}/, email-address, aws-key]\n`, own],
  ]);
  const when = condition === "" ? "" : `\n  when ${condition}`;
  return `${lets}${shadow(random)}redact${named(random, "mask", index)} ${detectors} in result of ${operation}${when}`;
}

/** What rules may say of results, by the operations that give them. */
const results: readonly (readonly [operation: string, condition: string])[] = [
  ["hub.query", "result.ok"],
  ["hub.query", "has result.n and result.n > 3"],
  ["hub.query", '(result.note ?? "none") contains "a"'],
  ["disk.read_file", 'has result.text and result.text is string and result.text contains "a"'],
  ["disk.*", "has result.json.n and result.json.n is int"],
  ["wild.*", "has result.ok and not (result.ok == false)"],
  ["hub.*", 'has result.text and result.text == "a"'],
  ["*", "has result.json"],
  ["hub.*", 'context.verdict == "bad"'],
  ["*", "has context.score and context.score > 3"],
];

function remembering(random: Random, effect: "allow" | "deny", index: number): string {
  const condition = effect === "deny" ? pastThatNarrows(random) : pastThatGrants(random);
  const who = effect === "deny" ? random.pick(callers) : random.pick(["anyone to ", "reader to ", "lead to "]);
  return `${shadow(random)}${effect}${named(random, `past ${effect}`, index)} ${who}${random.pick(targets)}\n  when ${condition}${because(random)}`;
}

/** Numbers of events of which it is often unknown whether they are meant; and events after others, often of the same instant. */
function unsure(random: Random, index: number): string {
  if (random.chance(0.3)) {
    const [wide, other] = [
      random.pick(["*", "disk.*", "hub.*", "wild.*"]),
      random.pick(["*", "disk.*", "hub.*", "wild.*"]),
    ];
    const verb = random.pick(["called", "completed"]);
    return `allow "unsure ${index}" anyone to *\n  when ${verb} ${wide} since ${other} in last ${random.pick(windows)}`;
  }
  const past = random.pick(pasts.filter(({ isVague }) => isVague));
  const verb = random.pick(["called", "completed"] as const);
  const about = `${past.operation} with (${random.pick(past.conditions)}) in last ${random.pick(windows)}`;
  const value = random.pick(["count of", "count of", "count of distinct its.args over"]);
  const compared = `${random.pick(["<", "<=", ">", ">=", "==", "!="])} ${random.int(0, 2)}`;
  return `allow "unsure ${index}" anyone to ${random.pick(targets)}\n  when ${value} ${verb} ${about} ${compared}`;
}

/** More of it makes it true: for statements that narrow. */
function pastThatNarrows(random: Random): string {
  const roll = random.next();
  if (roll < 0.2) return `carries ${random.pick(["hot", "seen"])}`;
  if (roll < 0.3) return `${random.pick(facts)} and carries ${random.pick(["hot", "seen"])}`;
  if (roll < 0.6) return happened(random, ["attempted", "called", "completed"]);
  if (roll < 0.68) return `not (${happened(random, ["called", "completed"])})`;
  return tally(random, [">", ">="], ["attempted", "called", "completed"]);
}

/** What an `allow` may rest on. */
function pastThatGrants(random: Random): string {
  const roll = random.next();
  if (roll < 0.2) return `not carries ${random.pick(["hot", "seen"])}`;
  if (roll < 0.55) return happened(random, ["called", "completed"]);
  if (roll < 0.7) return `not (${happened(random, ["attempted", "called"])})`;
  if (roll < 0.85) return tally(random, ["<", "<="], ["attempted", "called", "completed"]);
  return tally(random, [">", ">=", "==", "!="], ["called", "completed"]);
}

type Verb = "attempted" | "called" | "completed";

function happened(random: Random, verbs: readonly Verb[]): string {
  const verb = random.pick(verbs);
  return `${verb} ${events(random, verb)}`;
}

function tally(random: Random, comparisons: readonly string[], verbs: readonly Verb[]): string {
  const verb = random.pick(verbs);
  const compared = `${random.pick(comparisons)} ${random.int(0, 3)}`;
  const roll = random.next();
  if (roll < 0.6) return `count of ${verb} ${events(random, verb)} ${compared}`;
  const [operation, value] = random.pick(values);
  const last = random.pick(windows);
  if (roll < 0.85) return `count of distinct ${value} over ${verb} ${operation} in last ${last} ${compared}`;
  const [summed, number] = random.pick(numbers);
  return `sum of ${number} over ${summed} in last ${last} ${random.pick(comparisons)} ${random.pick([0, 1, 5, 10])}`;
}

const values = [
  ["disk.read_file", "its.args.path"],
  ["disk.*", "its.tool.name"],
  ["*", "its.tool.server"],
  ["disk.write_file", '(its.args.mode ?? "create")'],
  ["wild.*", "its.args"],
] as const;

const numbers = [
  ["disk.write_file", "(its.args.size ?? 1)"],
  ["disk.write_file", "its.args.size"],
  ["disk.write_file", "bytes(its.args.content)"],
  ["wild.*", "its.args.n"],
] as const;

/** Earlier events: what they are of, whose, with what, since what, and how far back. */
function events(random: Random, verb: Verb): string {
  const { operation, conditions, ofResults } = random.pick(pasts);
  const anyone = random.chance(0.2) ? " by anyone" : "";
  const able = verb === "completed" ? [...conditions, ...ofResults] : conditions;
  const about = able.length > 0 && random.chance(0.65) ? ` with (${random.pick(able)})` : "";
  const other = random.chance(0.5) ? random.pick(pasts) : random.pick(pasts.slice(0, 5));
  const sinceAbout =
    other.conditions.length > 0 && random.chance(0.3) ? ` with (${random.pick(other.conditions)})` : "";
  const since = random.chance(0.3) ? ` since ${other.operation}${sinceAbout}` : "";
  return `${operation}${anyone}${about}${since} in last ${random.pick(windows)}`;
}

interface Past {
  readonly operation: string;
  readonly conditions: readonly string[];
  /** What only completed events have. */
  readonly ofResults: readonly string[];
  /** Its conditions read what is often not there, or of another type. */
  readonly isVague?: boolean;
}

const pasts: readonly Past[] = [
  {
    operation: "disk.read_file",
    conditions: [
      'its.args.path under "/srv/data"',
      "its.args.path == args.path",
      "has its.args.head and its.args.head > 1",
      "its.args.head > 1",
    ],
    ofResults: ['its.result.text == "a"', "has its.result.json.n"],
  },
  {
    operation: "disk.write_file",
    conditions: [
      "its.args.path == args.path",
      "has its.args.size and its.args.size > 5",
      "its.args.content == args.content",
    ],
    ofResults: [],
  },
  {
    operation: "hub.fetch",
    conditions: ['url(its.args.url).host in domain "example.org"', "its.args.url == args.url"],
    ofResults: [],
  },
  {
    operation: "hub.query",
    conditions: ["its.args.sql == args.sql", "not has its.args.limit"],
    ofResults: ["its.result.ok", "its.result.n > 3", "has its.result.note"],
  },
  { operation: "disk.*", conditions: ["its.tool.name == tool.name"], ofResults: ["has its.result.json"] },
  { operation: "hub.*", conditions: ["its.tool.name != tool.name"], ofResults: [] },
  {
    operation: "wild.read_*",
    conditions: ["its.args.n == 1", "its.args.path == args.path"],
    ofResults: ["its.result.ok == true"],
  },
  { operation: "*", conditions: ["its.tool.server == tool.server"], ofResults: [] },
  {
    operation: "disk.read_file",
    conditions: ["its.args.head > 1"],
    ofResults: ["its.result.json.n > 1"],
    isVague: true,
  },
  {
    operation: "wild.*",
    conditions: ["its.args.n > 1", 'its.args.path under "/srv"'],
    ofResults: ["its.result.n > 3"],
    isVague: true,
  },
  { operation: "hub.fetch", conditions: ["its.args.timeout > 1"], ofResults: [], isVague: true },
  { operation: "do:read", conditions: [], ofResults: [] },
  { operation: "do:wild", conditions: [], ofResults: [] },
  { operation: 'resource disk "file:///srv/data/**"', conditions: [], ofResults: [] },
  { operation: "prompt disk.review", conditions: [], ofResults: [] },
];
