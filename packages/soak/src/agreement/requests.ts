import type { JsonObject, Operation, Principal, Request, Type, Value } from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import type { Random } from "./random.ts";
import { oddTexts, samples } from "./samples.ts";
import { wildTools } from "./servers.ts";

/** Values near the constants of the policy's own text: those that its conditions tell apart. */
export type Nearby = (kinds: readonly (keyof typeof samples)[]) => readonly Value[];

/** Collects what lies near the constants that a policy's text holds. */
export function nearbyIn(text: string): Nearby {
  const known = new Map<keyof typeof samples, readonly Value[]>();
  return (kinds) =>
    kinds.flatMap((kind) => {
      const found =
        known.get(kind) ?? (samples[kind] ?? []).filter((each) => text.includes(each.text)).flatMap(({ near }) => near);
      known.set(kind, found);
      return found;
    });
}

/** A request to one of the policy's operations, mostly to one of `tools` where there are any, near what its rules speak of. */
export function requestFor(
  random: Random,
  checked: CheckedPolicy,
  nearby: Nearby,
  tools: readonly string[] = [],
): Request {
  const operation =
    tools.length > 0 && random.chance(0.8) ? toolNamed(random.pick(tools)) : operationOf(random, checked);
  return {
    principal: principalOf(random, nearby),
    operation,
    arguments: argumentsOf(random, checked, operation, nearby),
    context: contextOf(random, nearby),
  };
}

function toolNamed(name: string): Operation {
  const [server = "", tool = ""] = name.split(".");
  return { kind: "tool", server, name: tool };
}

function operationOf(random: Random, checked: CheckedPolicy): Operation {
  const roll = random.next();
  const typed = checked.servers.filter((server) => server.tools.length > 0);
  if (roll < 0.74) {
    const server = random.pick(typed);
    return { kind: "tool", server: server.name, name: random.pick(server.tools).name };
  }
  if (roll < 0.83) return { kind: "tool", server: "wild", name: random.pick(wildTools) };
  if (roll < 0.93) {
    const server = random.pick(["disk", "wild"]);
    const uri = random.pick([
      "file:///srv/data/a.md",
      "file:///srv/data/x/y",
      "file:///srv/../etc",
      "https://example.org/a",
      "https://u:p@example.org/",
      "no uri",
      "file:///srv/data/%2e%2e/x",
    ]);
    return { kind: "resource", server, uri };
  }
  if (roll < 0.96)
    return { kind: "prompt", server: random.pick(["disk", "wild"]), name: random.pick(["review", "summary", "none"]) };
  if (roll < 0.99)
    return {
      kind: random.pick(["completion", "sampling", "elicitation", "roots"] as const),
      server: random.pick(["disk", "hub", "wild"]),
    };
  return { kind: "tool", server: random.pick(["disk", "nowhere"]), name: "no_such_tool" };
}

function principalOf(random: Random, nearby: Nearby): Principal | undefined {
  if (random.chance(0.01)) return undefined;
  const texts = [...nearby(["string", "name"]).filter((value) => typeof value === "string"), "core", "x"] as string[];
  const optional = (share: number, value: () => Value): Value | undefined =>
    random.chance(share) ? value() : undefined;
  const attributes = {
    client: optional(0.5, () => "cli"),
    team: optional(0.65, () => (random.chance(0.15) ? 7 : random.pick(["core", "data", "a", "..", "a/b", ...texts]))),
    level: optional(0.65, () => (random.chance(0.15) ? "high" : random.pick(near(nearby(["int"]), [0, 1, 5])))),
    home: optional(0.65, () => random.pick(near(nearby(["path", "path+", "glob+"]), ["/home/core", "/../x"]))),
    grants: optional(
      0.995,
      () => random.some([...texts, "tool:read_file", "tool:fetch", "core"], random.int(0, 3)) as readonly string[],
    ),
    admin: optional(0.65, () => random.chance(0.5)),
  };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    id: random.pick(["ann", "bob", "a"]),
    roles: random.some(["reader", "writer", "lead", "lead", "stranger"], random.pick([0, 1, 1, 1, 2, 2])),
  } as Principal;
}

/** Those that generated policies name. */
const instants = [
  "2026-01-01",
  "2026-03-01",
  "2026-06-01",
  "2026-06-01T12:00Z",
  "2026-09-01",
  "2027-01-01",
  "2028-01-01",
];

function contextOf(random: Random, nearby: Nearby): Request["context"] {
  const facts = {
    time: random.chance(0.4)
      ? Date.parse(random.pick(instants)) + random.int(-1, 1)
      : Date.UTC(2026, random.int(0, 23), 1, random.int(0, 23)),
    ip: random.chance(0.7) ? random.pick(near(nearby(["ip", "cidr"]), ["10.1.2.3", "nowhere"])) : undefined,
    risk: random.chance(0.95) ? random.pick(near(nearby(["number", "range"]), [0, 1, 2.5, 9])) : "much",
    region: random.chance(0.7) ? random.pick(near(nearby(["string"]), ["eu", "us"])) : undefined,
    seen: random.chance(0.6)
      ? random
          .some(near(nearby(["string", "list<string>"]), ["a", "x"]), random.int(0, 3))
          .filter((each) => typeof each === "string")
      : undefined,
    // What a host says of results has no place in a request.
    verdict: random.chance(0.1) ? random.pick(["bad", "clean"]) : undefined,
  };
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined),
  ) as unknown as Request["context"];
}

// ------------------------------------------------------------------------------------------------------------ the arguments

function argumentsOf(random: Random, checked: CheckedPolicy, operation: Operation, nearby: Nearby): JsonObject {
  if (operation.kind === "tool") {
    const server = checked.servers.find(({ name }) => name === operation.server);
    const tool = server?.tools.find(({ name }) => name === operation.name);
    if (tool === undefined) return wildArguments(random, nearby);
    const made = randomValue(tool.arguments, random, nearby, 0);
    const args = typeof made === "object" && made !== null && !Array.isArray(made) ? (made as JsonObject) : {};
    return random.chance(0.03) ? { ...args, surplus: "x" } : args;
  }
  return operation.kind === "prompt" && random.chance(0.5) ? { topic: "x" } : {};
}

/** Kinds of constants that a text may be compared with, by the type that its argument has. */
const textKinds = {
  path: ["path", "path!", "path+", "glob+"],
  url: ["url", "domain", "glob+"],
  string: [
    "string",
    "regex",
    "path+",
    "ip",
    "cidr",
    "mail",
    "command+",
    "words",
    "url",
    "domain",
    "time",
    "list<string>",
  ],
} as const;

function randomValue(type: Type, random: Random, nearby: Nearby, depth: number): Value {
  if (depth > 0 && random.chance(0.01)) return random.pick<Value>([null, 1, "x", [], {}]);
  switch (type.kind) {
    case "record":
      return Object.fromEntries(
        Object.entries(type.fields)
          .filter(([, field]) => random.chance(field.optional ? 0.6 : 0.995))
          .map(([name, field]) => [name, randomValue(field.type, random, nearby, depth + 1)]),
      );
    case "list":
      return Array.from({ length: random.pick([0, 1, 1, 2, 3]) }, () =>
        randomValue(type.element, random, nearby, depth + 1),
      );
    case "enum":
      return random.pick(type.values);
    case "union":
      return randomValue(random.pick(type.members), random, nearby, depth);
    case "bool":
      return random.chance(0.5);
    case "int":
      return random.pick(near(nearby(["int", "range", "number"]).filter(Number.isInteger), [0, 1, 2, 7]));
    case "number":
      return random.pick(near(nearby(["int", "range", "number"]), [0, 1.5, 7]));
    case "null":
      return null;
    case "path":
    case "url":
    case "string": {
      const plain =
        type.kind === "path"
          ? ["/srv/data/a.md", "b.md"]
          : type.kind === "url"
            ? ["https://example.org/x"]
            : ["hello", "ok"];
      if (random.chance(0.15))
        return random.pick(type.kind === "url" ? ["http://x.test/", "https://u@x.test/"] : oddTexts);
      return random.pick(
        near(
          nearby(textKinds[type.kind]).filter((value) => typeof value === "string"),
          plain,
        ),
      );
    }
    default:
      return anything(random, nearby);
  }
}

function wildArguments(random: Random, nearby: Nearby): JsonObject {
  const fields = {
    path: random.pick(near(nearby(textKinds.path), ["/a"])),
    n: anything(random, nearby),
    list: [anything(random, nearby)],
    deep: { x: anything(random, nearby) },
  };
  return Object.fromEntries(Object.entries(fields).filter(() => random.chance(0.75)));
}

function anything(random: Random, nearby: Nearby): Value {
  const kinds = Object.keys(samples) as (keyof typeof samples)[];
  return random.pick<Value>([...near(nearby([random.pick(kinds)]), ["x", 1]), null, true, 0, "x", ["a"], { a: "b" }]);
}

/** The policy's own constants first, with something else now and then. */
function near(found: readonly Value[], others: readonly Value[]): readonly Value[] {
  return found.length === 0 ? others : [...found, ...found, ...others];
}
