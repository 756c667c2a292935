import { isToolName, type JsonObject } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { callOf, listingOf, loadOver } from "../one-server.ts";
import { readData } from "../shared.ts";
import { type Oracle, type Tally, tallyOf } from "./oracle.ts";

interface Payloads {
  readonly payloads?: readonly string[];
  readonly groups?: readonly { readonly payloads: readonly string[] }[];
}

/** The sets, with the names that every object of JavaScript inherits added to them. */
const sets: Readonly<Record<string, readonly string[]>> = {
  "naughty-strings": [],
  "prototype-pollution": ["__proto__", "constructor", "prototype", ...Object.getOwnPropertyNames(Object.prototype)],
  "prompt-injection": [],
};

/** Where a text may stand that others wrote. Each place is one case. */
const places: Readonly<Record<string, (text: string, tally: Tally) => void>> = {
  "policy text": asPolicyText,
  "names and values": asNames,
  "argument value": asArguments,
};

/** Hostile strings as the text of a policy, as its names and constants, and as what a request brings: no crash, and nothing but what was written is granted. */
export const hostilePolicies: readonly Oracle[] = Object.entries(sets).map(([set, more]) => ({
  name: set,
  run(shared) {
    const file = readData<Payloads>(shared, "attack-strings", `${set}.json`);
    const given = file.payloads ?? (file.groups ?? []).flatMap(({ payloads }) => payloads);
    const texts = [...new Set([...given, ...more])];
    const pristine = shapeOfPrototypes();
    const tally = tallyOf(set, []);
    for (const text of texts) {
      for (const [place, attack] of Object.entries(places)) {
        try {
          attack(text, tally);
        } catch (error) {
          tally.undocumented(`${JSON.stringify(text)} as ${place}: ${error instanceof Error ? error.stack : error}`);
        }
      }
    }
    if (shapeOfPrototypes() === pristine) tally.agrees();
    else tally.undocumented("a prototype has changed");
    return tally.report();
  },
}));

function shapeOfPrototypes(): string {
  return JSON.stringify(
    [Object.prototype, Array.prototype, String.prototype].map((each) => Reflect.ownKeys(each).map(String)),
  );
}

/** The text alone and behind a good beginning: mistakes have a place, and nothing is granted. */
function asPolicyText(text: string, tally: Tally): void {
  for (const source of [text, `mcpolicy 1\n${text}`, `mcpolicy 1\nallow ${text}`, `mcpolicy 1\nlet x = ${text}`]) {
    const { policy, diagnostics } = checkPolicy(["policy.mcpolicy"], {
      read: (path) => (path === "policy.mcpolicy" ? source : undefined),
      join: (_, path) => path,
    });
    const misplaced = diagnostics.find(
      ({ span }) => !(span.start >= 0 && span.start <= span.end && span.end <= source.length),
    );
    const isRefused = policy === undefined && diagnostics.some(({ severity }) => severity === "error");
    if (misplaced !== undefined)
      tally.undocumented(`${JSON.stringify(source)}: a mistake outside of the text: ${misplaced.message}`);
    else if (isRefused || policy?.rules.length === 0) tally.agrees();
    else tally.undocumented(`${JSON.stringify(source)}: it is taken for a policy with rules`);
  }
}

/** A tool, an argument, a role, a rule and a constant of this name: they are what they are called, and nothing else is. */
function asNames(text: string, tally: Tally): void {
  const name = quoted(text);
  const tool = isToolName(text) ? text : "find";
  const schema = { type: "string" };
  const listing = listingOf([
    { name: tool, properties: { [text]: schema } },
    { name: "other-", properties: { [text]: schema } },
  ]);
  const source = `mcpolicy 1
server s from "server.json"
role ${name} { }
allow ${name} role ${name} to s.${JSON.stringify(tool)} when text(args.${name}) == ${name}
`;
  const { policy } = loadOver(source, listing);
  const decide = (role: string, name: string, args: JsonObject): string => {
    const decision = policy.decide({ ...callOf("s", name, args), principal: { id: "someone", roles: [role] } });
    return decision.reason === "fault" ? `fault: ${decision.kept.fault}` : decision.effect;
  };
  const granted = decide(text, tool, { [text]: text });
  const others = [
    decide(`${text}x`, tool, { [text]: text }),
    decide("another role", tool, { [text]: text }),
    decide(text, "other-", { [text]: text }),
    decide(text, `${tool}-`, { [text]: text }),
    decide(text, tool, { [text]: `${text}x` }),
    decide(text, tool, { [`${text}x`]: text }),
    decide(text, tool, {}),
  ];
  if (granted === "allow" && others.every((effect) => effect === "deny" || effect === "invalid")) tally.agrees();
  else tally.undocumented(`${JSON.stringify(text)} as names: ${granted}, and others ${others.join(", ")}`);
}

const fixed = loadOver(
  `mcpolicy 1
server s from "server.json"
server wild untyped
allow "one word" anyone to s.find when args.value == "users"
allow "below" anyone to s.read when args.path under "/srv"
allow "a key" anyone to wild.* when args.key == "users"
deny "looks" s.find when args.value contains "drop"
`,
  listingOf([
    { name: "find", properties: { value: { type: "string" } } },
    { name: "read", properties: { path: { type: "string" } } },
  ]),
).policy;

/** As values, argument names and keys deep in an argument: granted is only what the rules say. */
function asArguments(text: string, tally: Tally): void {
  const keyed = JSON.parse(`{${JSON.stringify(text)}:"users"}`) as Record<string, string>;
  const attempts: readonly (readonly [boolean, string, string, Parameters<typeof callOf>[2]])[] = [
    [text === "users", "s", "find", { value: text }],
    [text.startsWith("/srv/"), "s", "read", { path: text }],
    [text === "value", "s", "find", keyed],
    [false, "s", "find", { ...keyed, value: `${text}users` }],
    [text === "key", "wild", "any", keyed],
    [false, "wild", text, { [text]: { key: "users" } }],
  ];
  for (const [mayAllow, server, tool, args] of attempts) {
    const { effect, reason, kept } = fixed.decide(callOf(server, tool, args));
    if (reason === "fault") tally.undocumented(`${JSON.stringify(args)} to ${server}.${tool}: ${kept.fault}`);
    else if (effect === "allow" && !mayAllow)
      tally.undocumented(`${JSON.stringify(args)} to ${server}.${tool} is allowed`);
    else tally.agrees();
  }
}

/** Text as a policy writes it, with each character escaped that is not plain ASCII; braces too, which never make a hole so. */
function quoted(text: string): string {
  const escaped = Array.from(text, (character) =>
    /^[ !#-[\]-z|~]$/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return `"${escaped.join("")}"`;
}
