import { compile, generatedEngine } from "@mcpolicy/compiler";
import { type Endpoint, hostOf, parseEndpoint, type Request, reaches, read, type Url } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { loadPolicy } from "@mcpolicy/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";

// A finding about URLs outside a network is held against the engine: what it does not report does not happen.

const pins = JSON.stringify({
  tools: [
    {
      name: "fetch",
      inputSchema: {
        type: "object",
        properties: { url: { type: "string", format: "uri" }, mode: { type: "string" } },
        required: ["url", "mode"],
      },
    },
  ],
});

const hosts = [
  "example.org",
  "a.example.org",
  "b.a.example.org",
  "example.net",
  "10.0.0.1",
  "93.184.215.14",
  "db.internal",
];
const ports = [80, 443, 8443, 444];
const urls = ["https://example.org/", "http://example.org:8443/a", "https://a.example.org/a?q", "ftp://example.net/"];
const globs = [
  "https://example.org/**",
  "https://*.example.org/*",
  "https://*.example.org:8443/**",
  "http*://example.net/**",
  "https://example.org**",
  "**/a",
  "ws://example.net/**",
];

const host = fc.constantFrom(...hosts);
const port = fc.constantFrom(...ports);
const quoted = (each: fc.Arbitrary<string>): fc.Arbitrary<string> => each.map((text) => JSON.stringify(text));
const listed = (each: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(quoted(each), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(", ")}]`);

const atom = fc.oneof(
  fc.tuple(fc.constantFrom("==", "!="), quoted(host)).map(([is, name]) => `args.url.host ${is} ${name}`),
  quoted(host).map((name) => `args.url.host in domain ${name}`),
  listed(host).map((names) => `args.url.host in ${names}`),
  fc.tuple(fc.constantFrom("==", "!=", "<", "<=", ">", ">="), port).map(([is, at]) => `args.url.port ${is} ${at}`),
  fc.tuple(port, port).map(([a, b]) => `args.url.port in ${Math.min(a, b)}..${Math.max(a, b)}`),
  fc
    .tuple(fc.constantFrom("==", "!="), fc.constantFrom('"https"', '"http"', '"ws"'))
    .map(([is, scheme]) => `args.url.scheme ${is} ${scheme}`),
  listed(fc.constantFrom(...globs)).map((list) => `args.url like ${list}`),
  quoted(fc.constantFrom(...urls)).map((url) => `args.url == ${url}`),
  listed(fc.constantFrom(...urls)).map((list) => `args.url in ${list}`),
  fc.constantFrom(
    "args.url is private",
    "args.url.host is private",
    'args.mode == "x"',
    'args.url.path == "/a"',
    'args.url.query == "q"',
  ),
);

const condition = fc.letrec<{ readonly whole: string; readonly part: string }>((tie) => ({
  whole: fc.oneof(
    { depthSize: "small" },
    atom,
    fc.tuple(tie("part"), fc.constantFrom("and", "or"), tie("part")).map(([a, word, b]) => `${a} ${word} ${b}`),
    tie("part").map((part) => `not ${part}`),
  ),
  part: tie("whole").map((whole) => `(${whole})`),
})).whole;

const endpoint = fc.oneof(
  fc.tuple(host, port).map(([name, at]) => `${name}:${at}`),
  fc.tuple(fc.constantFrom("example.org", "a.example.org", "example.net"), port).map(([name, at]) => `*.${name}:${at}`),
  port.map((at) => `*:${at}`),
);

const anyPolicy = fc.record({
  allows: fc.array(fc.option(condition, { nil: "" }), { minLength: 1, maxLength: 2 }),
  denies: fc.array(fc.tuple(fc.constantFrom("", "other to "), condition), { maxLength: 2 }),
  network: fc.array(endpoint, { maxLength: 3 }),
});

/** Now and then one that allows no more than its network: of the others nearly all are found. */
const policies = fc.oneof(
  { weight: 3, arbitrary: anyPolicy },
  {
    weight: 2,
    arbitrary: fc.tuple(anyPolicy, host, port).map(([parts, name, at]) => ({
      ...parts,
      allows: [`args.url.host == "${name}" and args.url.port == ${at}`],
      network: [...parts.network, `${name}:${at}`],
    })),
  },
);

const places = fc
  .tuple(
    fc.constantFrom("https", "http", "ws", "other"),
    fc.oneof(host, fc.constant("else.example"), fc.constant("x.b.a.example.org")),
    fc.option(fc.oneof(port, fc.constant(9000))),
    fc.constantFrom("/", "/a", "/a?q", "/b/a"),
  )
  .map(([scheme, name, at, path]) => `${scheme}://${name}${at === null ? "" : `:${at}`}${path}`);

const requests = fc.array(fc.record({ url: places, mode: fc.constantFrom("x", "y") }), {
  minLength: 40,
  maxLength: 60,
});

interface Parts {
  readonly allows: readonly string[];
  readonly denies: readonly (readonly [who: string, condition: string])[];
  readonly network: readonly string[];
}

function policyOf({ allows, denies, network }: Parts): string {
  const when = (text: string): string => (text === "" ? "" : ` when ${text}`);
  const connect = network.length === 0 ? "" : ` connect ${network.map((each) => `"${each}"`).join(", ")} `;
  return [
    'mcpolicy 1\nserver web from "tools.json"\nrole dev { }\nrole other { }',
    `network web {${connect}}`,
    ...allows.map((text, index) => `allow "a${index}" dev to web.fetch${when(text)}`),
    ...denies.map(([who, text], index) => `deny "d${index}" ${who}web.fetch${when(text)}`),
  ].join("\n");
}

function load(text: string) {
  const { policy, diagnostics } = checkPolicy(["p.mcpolicy"], {
    read: (path) => (path === "p.mcpolicy" ? text : path === "tools.json" ? pins : undefined),
    join: (_, path) => path,
  });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(
    errors.map(({ message }) => message),
    text,
  ).toEqual([]);
  return { policy: loadPolicy(compile(policy!), { engine: generatedEngine }), findings: diagnostics };
}

function requestOf(args: Request["arguments"]): Request {
  return {
    principal: { id: "dev", client: "editor", roles: ["dev"], claims: {} },
    operation: { kind: "tool", server: "web", name: "fetch" },
    arguments: args,
    context: { time: 0 },
  };
}

function isOutside(url: string, network: readonly string[]): boolean {
  const at = read({ kind: "url" }, url, undefined) as Url;
  const endpoints = network.map((each) => parseEndpoint(each) as Endpoint);
  return !endpoints.some((each) => reaches(each, hostOf(at.host)!, at.port ?? 0));
}

test("no call that the finding passes over gets out", () => {
  const seen = { out: 0, silent: 0, found: 0 };
  fc.assert(
    fc.property(policies, requests, (parts, all) => {
      const text = policyOf(parts);
      const { policy, findings } = load(text);
      const isFound = findings.some(({ code }) => code === "P0443");
      seen[isFound ? "found" : "silent"] += 1;
      for (const args of all) {
        if (!isOutside(args.url, parts.network)) continue;
        if (!policy.permits(requestOf(args))) continue;
        seen.out += 1;
        expect(isFound, `${text}\n${JSON.stringify(args)}`).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
  // The property says something: calls do get out, and policies are passed over.
  expect(Math.min(seen.out, seen.silent, seen.found)).toBeGreaterThan(20);
});

test("an example that the rule is said to allow is allowed", () => {
  let examples = 0;
  fc.assert(
    fc.property(policies, (parts) => {
      const { policy, findings } = load(policyOf({ ...parts, denies: [] }));
      for (const { code, label, notes } of findings) {
        const example = /= ("[^"]+")/.exec(label)?.[1];
        if (code !== "P0443" || example === undefined || !notes.some((note) => note.startsWith("the rule allows it")))
          continue;
        examples += 1;
        const url: string = JSON.parse(example);
        expect(isOutside(url, parts.network)).toBe(true);
        expect(policy.permits(requestOf({ url, mode: "y" })), url).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
  expect(examples).toBeGreaterThan(20);
});
