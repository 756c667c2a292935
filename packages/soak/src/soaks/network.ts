import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, defaultSettings, type NetworkFile, toNetwork } from "@mcpolicy/compiler";
import type { PolicyIr } from "@mcpolicy/core";
import type { Diagnostic } from "@mcpolicy/diagnostics";
import { checkPolicy } from "@mcpolicy/language";
import type { Attempt, Outcome } from "../network/attempt.ts";
import { Networks, type Outside, whyNoNamespaces } from "../network/namespaces.ts";
import { isOpen, policyOf, type RegistryEntry, reachOf } from "../network/registry.ts";
import { allowedBy } from "../network/squid-reader.ts";
import { type Expected, outside, privateHosts, wallPolicy, walls } from "../network/walls.ts";
import { readData } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** Network profiles of published servers as policies, and what a real proxy in real networks lets through. */
export const network: Soak = {
  name: "network",
  summary: "network profiles through `policy isolate`, and what a squid in network namespaces lets through",
  needsShared: true,
  async run({ shared, quick }): Promise<SoakResult> {
    const entries = readData<readonly RegistryEntry[]>(shared!, "network-profiles", "toolhive-registry.json");
    const profiles = entries.map(profileOf);
    const kept = profiles.flatMap(({ problems }) => problems);
    const parsed = parse(profiles.flatMap(({ proxy }) => proxy ?? []));
    const live = await tryNetworks(profiles, quick);
    const problems = [...kept, ...parsed.problems, ...live.problems];
    const reaching = profiles.filter(({ reach }) => reach.length > 0);
    const endpoints = profiles.reduce((sum, { reach }) => sum + reach.length, 0);
    const count = (isTrue: (each: Profile) => boolean): number => profiles.filter(isTrue).length;
    const lines = [
      `${profiles.length} profiles, ${count(({ entry }) => isOpen(entry))} of them open; ${reaching.length} with a proxy, ${endpoints} hosts and ports: each in the proxy's lists, and no other`,
      `the finding about open networks: ${count(({ isFound }) => isFound)} profiles, with what wins in ${count(({ saysWhatWins }) => saysWhatWins)}`,
      ...parsed.lines,
      ...live.lines,
      ...problems.map((problem) => `PROBLEM ${problem}`),
    ];
    const data = { profiles: profiles.length, proxies: reaching.length, endpoints, ...live.data, problems };
    return { ok: problems.length === 0, lines, data };
  },
};

interface Profile {
  readonly entry: RegistryEntry;
  readonly reach: readonly string[];
  /** The configuration of its proxy; undefined where it reaches nothing. */
  readonly proxy: string | undefined;
  /** Whether the finding about open networks is made, and whether it says which of two entries wins. */
  readonly isFound: boolean;
  readonly saysWhatWins: boolean;
  readonly problems: readonly string[];
}

function profileOf(entry: RegistryEntry): Profile {
  const reach = reachOf(entry);
  const { policy, findings } = compiled(policyOf(entry));
  const [compose, proxy] = toNetwork(policy, "compose", defaultSettings) as readonly [NetworkFile, NetworkFile?];
  const [cluster] = toNetwork(policy, "k8s", defaultSettings) as readonly [NetworkFile];
  const problems: string[] = [];
  const claim = (isSo: boolean, what: string): void => {
    if (!isSo) problems.push(`${entry.server}: ${what}`);
  };
  const allowed = proxy === undefined ? [] : allowedBy(proxy.text);
  claim(allowed.join() === reach.join(), `the proxy lets through [${allowed}], the profile [${reach}]`);
  claim(compose.text.includes('network_mode: "none"') === (reach.length === 0), "no network where it reaches nothing");
  const open = findings.filter(({ code }) => code === "P0441");
  claim(open.length > 0 === isOpen(entry), "the finding about open networks and the profile disagree");
  const wins = open.some(({ notes }) => notes.some((note) => note.includes("wins over")));
  claim(wins === (isOpen(entry) && reach.some((each) => !each.startsWith("any:"))), "what wins is not said");
  const indented = proxy?.text.replaceAll(/^(?=.)/gm, "    ");
  claim(indented === undefined || cluster.text.includes(indented), "the cluster's proxy is another one");
  return { entry, reach, proxy: proxy?.text, isFound: open.length > 0, saysWhatWins: wins, problems };
}

function compiled(text: string): { readonly policy: PolicyIr; readonly findings: readonly Diagnostic[] } {
  const { policy, diagnostics } = checkPolicy(["a.mcpolicy"], {
    read: (path) => (path === "a.mcpolicy" ? text : undefined),
    join: (_, path) => path,
  });
  if (policy === undefined) throw new Error(`${text}\n${diagnostics.map(({ message }) => message).join("\n")}`);
  return { policy: compile(policy).policy, findings: diagnostics };
}

interface Part {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** Every configuration through `squid -k parse`, which ends well even where it warns. */
function parse(configurations: readonly string[]): Part {
  if (spawnSync("squid", ["-v"]).error !== undefined)
    return missing("there is no `squid` here", "no configuration was parsed");
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-squid-"));
  try {
    const problems = configurations.flatMap((text, index) => {
      const path = join(folder, `${index}.conf`);
      writeFileSync(path, text);
      const { status, stderr } = spawnSync("squid", ["-k", "parse", "-f", path], { encoding: "utf8" });
      const said = stderr.split("\n").filter((line) => /\b(?:WARNING|ERROR|FATAL|Bungled)\b/i.test(line));
      return status === 0 && said.length === 0 ? [] : [`squid on ${text}: ${said.join("; ")}`];
    });
    return { lines: [`squid reads ${configurations.length} configurations without a warning`], problems };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nothing of it was tested: said aloud, and a failure where tests must run. */
function missing(why: string, what: string): Part {
  const line = `${what}: ${why}`;
  return process.env["CI"] === "true" ? { lines: [], problems: [line] } : { lines: [`SKIPPED, ${line}`], problems: [] };
}

// ----------------------------------------------------------------------------------------------------------- real networks

interface Try {
  readonly why: string;
  readonly attempt: Attempt;
  readonly expected: Expected;
}

async function tryNetworks(profiles: readonly Profile[], quick: boolean): Promise<Part & { readonly data: object }> {
  const why = whyNoNamespaces();
  if (why !== undefined) return { ...missing(why, "no network was tried"), data: { attempts: 0 } };
  const settings = { ...defaultSettings, egress: { ...defaultSettings.egress, private: privateHosts } };
  const [, wall] = toNetwork(compiled(wallPolicy).policy, "compose", settings);
  const tries = walls.map(([about, way, to, expected]): Try => ({ why: about, attempt: { way, to }, expected }));
  const first = await tryAll(outside, [{ name: "walls", proxy: wall!.text, tries }]);

  const chosen = profiles.filter(({ proxy }) => proxy !== undefined).filter((_, index) => !quick || index % 10 === 0);
  const servers = chosen.map(({ entry, proxy, reach }) => ({
    name: entry.server,
    proxy: proxy!,
    tries: triesOf(reach),
  }));
  const second = await tryAll(worldOf(chosen), servers);
  const count = (all: readonly { readonly tries: readonly Try[] }[]): number =>
    all.reduce((sum, each) => sum + each.tries.length, 0);
  const through = tries.filter(({ expected }) => expected === "through").length;
  return {
    lines: [
      `in network namespaces: ${tries.length} attempts on the walls of one server, of which ${through} are to come through; ${count(servers)} on those of ${servers.length} profiles`,
    ],
    problems: [...first, ...second],
    data: { attempts: tries.length + count(servers) },
  };
}

async function tryAll(
  world: Outside,
  servers: readonly { readonly name: string; readonly proxy: string; readonly tries: readonly Try[] }[],
): Promise<readonly string[]> {
  const networks = new Networks();
  const problems: string[] = [];
  try {
    await networks.open(world);
    for (const { name, proxy, tries } of servers) {
      const outcomes = await networks.attempts(
        proxy,
        tries.map(({ attempt }) => attempt),
      );
      tries.forEach(({ why, attempt, expected }, index) => {
        const outcome = outcomes[index]!;
        if (becomes(outcome) === expected) return;
        const how = outcome.reached ? "" : ` (${outcome.why})`;
        problems.push(`${name}: ${why}, ${attempt.way} to ${attempt.to}: ${becomes(outcome)}${how}, not ${expected}`);
      });
    }
  } finally {
    await networks.close();
  }
  return problems;
}

function becomes(outcome: Outcome): Expected {
  if (outcome.reached) return "through";
  return /^HTTP\/1\.1 (?:400|403) /.test(outcome.why) ? "refused" : "nowhere";
}

const address = "93.184.215.14";

/** A host for each entry of a list: itself, one below, or any. */
const hostFor = (host: string): string => host.replace(/^below /, "some.where.").replace(/^any$/, "unheard-of.example");

/** What a profile lists comes through; what it does not list does not. */
function triesOf(reach: readonly string[]): readonly Try[] {
  const pairs = reach.map((each) => each.split(/:(?=[^:]+$)/) as [string, string]);
  const isListed = (host: string, port: string): boolean =>
    pairs.some(([of, at]) => (of === "any" || of === host) && (at === "any" || at === port));
  const tunnel = (why: string, host: string, port: string, isAllowed: boolean): Try => ({
    why,
    attempt: { way: "tunnel", to: `${hostFor(host)}:${port}` },
    expected: isAllowed ? "through" : "refused",
  });
  return [
    // A server reaches its own machine without any network, and a proxy's own machine is not that one.
    ...pairs.map(([host, port]) => tunnel("listed", host, port.replace("any", "443"), host !== "localhost")),
    ...pairs.map(([host]) => tunnel("on a port that is not listed", host, "8444", isListed(host, "8444"))),
    tunnel("not listed", "stranger.example", "443", isListed("stranger.example", "443")),
    { why: "directly", attempt: { way: "direct", to: `${address}:443` }, expected: "nowhere" },
  ];
}

function worldOf(profiles: readonly Profile[]): Outside {
  const pairs = profiles.flatMap(({ reach }) => reach.map((each) => each.split(/:(?=[^:]+$)/) as [string, string]));
  const names = [...pairs.map(([host]) => hostFor(host)), "stranger.example"].filter((host) => host !== "localhost");
  const ports = [...pairs.map(([, port]) => Number(port)), 443, 8444].filter((port) => !Number.isNaN(port));
  return {
    hosts: Object.fromEntries(names.map((name) => [name, address])),
    addresses: [address],
    ports: [...new Set(ports)],
  };
}
