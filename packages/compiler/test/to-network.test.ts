import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { endpointText, operatorById, type PolicyIr, read } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { type Document, parse, parseAllDocuments } from "yaml";
import {
  compile,
  defaultServer,
  defaultSettings,
  egressOf,
  type IsolationSettings,
  type NetworkFile,
  type NetworkTarget,
  networkTargets,
  type ServerSettings,
  toNetwork,
} from "../src/index.ts";

const root = resolve(import.meta.dirname, "../../..");

const files = {
  read: (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined),
  join: (from: string, path: string) => relative(root, resolve(root, from, "..", path)),
};

function policyAt(path: string) {
  const { policy, diagnostics } = checkPolicy([path], files);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return compile(policy!).policy;
}

/** Settings as a configuration file has them, with what it leaves out. */
function settingsAt(path: string): IsolationSettings {
  const { servers, egress, ...rest } = JSON.parse(readFileSync(join(root, path), "utf8"));
  const mounts = (own: { readonly mounts?: readonly object[] }) =>
    (own.mounts ?? []).map((mount) => ({ write: false, ...mount }));
  const whole = Object.entries<ServerSettings>(servers).map(([name, own]) => [
    name,
    { ...defaultServer, ...own, mounts: mounts(own) },
  ]);
  return {
    ...defaultSettings,
    ...rest,
    egress: { ...defaultSettings.egress, ...egress },
    servers: Object.fromEntries(whole),
  };
}

const cases = globSync("test-fixtures/compile/*/settings.json", { cwd: root }).map((path) => join(path, ".."));

test("there are cases", () => expect(cases.length).toBeGreaterThanOrEqual(1));

describe.for(cases)("%s", (folder) => {
  const policy = policyAt(join(folder, "input.mcpolicy"));
  const settings = settingsAt(join(folder, "settings.json"));

  test.for(networkTargets)("for %s", async (target) => {
    const made = toNetwork(policy, target, settings);
    for (const { path, text } of made) {
      await expect(text).toMatchFileSnapshot(join(root, folder, "network", target, path));
    }
    expect(toNetwork(policy, target, settings)).toEqual(made);
  });
});

// ------------------------------------------------------------------------------------------------------ published schemas

const folder = "test-fixtures/compile/network";
const made = (target: NetworkTarget): readonly NetworkFile[] =>
  toNetwork(policyAt(join(folder, "input.mcpolicy")), target, settingsAt(join(folder, "settings.json")));

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  readonly spec: any;
  readonly data?: Readonly<Record<string, string>>;
}

const objects = parseAllDocuments(made("k8s")[0]!.text).map((each) => (each as Document).toJS() as KubernetesObject);

test("the compose file fits the compose specification", () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../node_modules/dclint/schemas/compose.schema.json"), "utf8"),
  );
  const validate = new Ajv({ strict: false, logger: false, validateFormats: false }).compile({
    ...schema,
    $schema: undefined,
  });
  const file = parse(made("compose")[0]!.text);
  expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...file, services: { a: { image: "b", readonly: true } } })).toBe(false);
});

/** Kind, version, module and schema of what the cluster gets. */
// biome-ignore format: table
const kinds: Readonly<Record<string, readonly [version: string, schema: string]>> = {
  Namespace:     ["v1",                   "IoK8sApiCoreV1Namespace"],
  ConfigMap:     ["v1",                   "IoK8sApiCoreV1ConfigMap"],
  Service:       ["v1",                   "IoK8sApiCoreV1Service"],
  Deployment:    ["apps/v1",              "IoK8sApiAppsV1Deployment"],
  NetworkPolicy: ["networking.k8s.io/v1", "IoK8sApiNetworkingV1NetworkPolicy"],
};

test("each object fits the OpenAPI schema of its kind", async () => {
  expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)));
  for (const object of objects) {
    const [version, schema] = kinds[object.kind]!;
    const { validate } = await import(`kubernetes-models/_schemas/${schema}`);
    expect(object.apiVersion).toBe(version);
    expect(validate(object), `${object.kind} ${object.metadata.name}: ${JSON.stringify(validate.errors)}`).toBe(true);
    expect(validate({ ...object, metadata: 1 })).toBe(false);
  }
});

test("no object has a field that its kind does not know", () => {
  // The schemas let unknown fields pass, a cluster does not: the published types know them.
  const lines = objects.map(({ kind, ...rest }, index) => {
    const type = `import("kubernetes-models/${kinds[kind]![0]}").I${kind}`;
    return `export const _${index}: ${type} = ${JSON.stringify({ kind, ...rest })};`;
  });
  const folder = join(import.meta.dirname, "../node_modules/.cache/mcpolicy-network");
  mkdirSync(folder, { recursive: true });
  const check = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    const options = ["--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""];
    return spawnSync("tsc", [...options, name], { cwd: folder, encoding: "utf8" });
  };
  const right = check("objects.mts", lines.join("\n"));
  expect(right.stdout).toBe("");
  expect(right.status).toBe(0);
  const wrong = check("wrong.mts", lines.join("\n").replace('"readOnlyRootFilesystem"', '"readonlyRootFilesystem"'));
  expect(wrong.stdout).toContain("readonlyRootFilesystem");
});

// ------------------------------------------------------------------------------------------------------- who reaches whom

test("no container of a server has a network with a way out", () => {
  const { services, networks } = parse(made("compose")[0]!.text);
  const names = Object.keys(services);
  expect(names.filter((name) => name.startsWith("mcp-"))).toHaveLength(4);
  for (const name of names) {
    const { networks: joined = [], network_mode, ports, dns, ...service } = services[name];
    expect(ports, name).toBeUndefined();
    expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
    expect(service.user).not.toMatch(/^0|:0/);
    if (name.startsWith("egress-")) {
      expect(joined).toEqual([name, "outside"]);
      continue;
    }
    expect(network_mode === "none" || dns[0] === "127.0.0.1", name).toBe(true);
    for (const each of joined) {
      expect(networks[each].internal).toBe(true);
      // Nobody else but its proxy is on it.
      const others = names.filter((other) => other !== name && (services[other].networks ?? []).includes(each));
      expect(others).toEqual(each.startsWith("egress-") ? [each] : []);
    }
  }
});

/** A pod by its labels, or an address outside. */
type Place =
  | { readonly labels: Readonly<Record<string, string>>; readonly space?: string }
  | { readonly address: string };

/** Whether a connection passes, as the cluster's documentation on NetworkPolicy has it. */
function passes(from: Place, to: Place, port: number, protocol = "TCP"): boolean {
  return isAllowed("egress", from, to, port, protocol) && isAllowed("ingress", to, from, port, protocol);
}

function isAllowed(way: "egress" | "ingress", of: Place, other: Place, port: number, protocol: string): boolean {
  if (!("labels" in of) || of.space !== undefined) return true;
  const type = way === "egress" ? "Egress" : "Ingress";
  const selecting = objects.filter(
    ({ kind, spec }) =>
      kind === "NetworkPolicy" && spec.policyTypes.includes(type) && has(of.labels, spec.podSelector.matchLabels),
  );
  const rules = selecting.flatMap(({ spec }) => spec[way] ?? []);
  const peers = way === "egress" ? "to" : "from";
  return (
    selecting.length === 0 ||
    rules.some(
      (rule) =>
        rule[peers].some((peer: Peer) => isPeer(peer, other)) &&
        (rule.ports === undefined ||
          rule.ports.some(
            (each: { port: number; protocol: string }) => each.port === port && each.protocol === protocol,
          )),
    )
  );
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

function isPeer({ ipBlock, podSelector, namespaceSelector }: Peer, place: Place): boolean {
  if (ipBlock !== undefined) {
    if (!("address" in place)) return false;
    const isIn = (cidr: string) =>
      operatorById("in-cidr")!.evaluate(place.address as never, read({ kind: "cidr" }, cidr, undefined) as never);
    return isIn(ipBlock.cidr) === true && !(ipBlock.except ?? []).some((each) => isIn(each) === true);
  }
  if (!("labels" in place)) return false;
  const space = namespaceSelector?.matchLabels["kubernetes.io/metadata.name"];
  return place.space === space && has(place.labels, podSelector?.matchLabels);
}

function has(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

const pod = (name: string): Place => {
  const labels = objects.find((each) => each.kind === "Deployment" && each.metadata.name === name)!.metadata.labels!;
  return { labels };
};
const dns: Place = { labels: { "k8s-app": "kube-dns" }, space: "kube-system" };
const gateway: Place = { labels: { "mcpolicy.dev/role": "gateway" } };
const stranger: Place = { labels: {} };
const at = (address: string): Place => ({ address });

// biome-ignore format: table
test.for<readonly [string, Place, Place, number, boolean, string?]>([
  ["a server to its proxy",                    pod("mcp-web"), pod("egress-web"), 3128, true],
  ["a server to another port of it",           pod("mcp-web"), pod("egress-web"), 80, false],
  ["a server to another's proxy",              pod("mcp-web"), pod("egress-issue-tracker"), 3128, false],
  ["a server to another server",               pod("mcp-web"), pod("mcp-issue-tracker"), 8080, false],
  ["a server to the world",                    pod("mcp-web"), at("93.184.215.14"), 443, false],
  ["a server to the name service",             pod("mcp-web"), dns, 53, false, "UDP"],
  ["a server without network to a proxy",      pod("mcp-fs"), pod("egress-web"), 3128, false],
  ["a server without network to the world",    pod("mcp-fs"), at("93.184.215.14"), 443, false],
  ["a server without a word to the world",     pod("mcp-notes"), at("93.184.215.14"), 443, false],
  ["a proxy to the name service",              pod("egress-web"), dns, 53, true, "UDP"],
  ["a proxy to the world",                     pod("egress-web"), at("93.184.215.14"), 443, true],
  ["a proxy to the world, v6",                 pod("egress-web"), at("2606:2800::1"), 443, true],
  ["a proxy to another port",                  pod("egress-web"), at("93.184.215.14"), 80, false],
  ["a proxy to a private address",             pod("egress-web"), at("10.1.2.3"), 443, false],
  ["a proxy to a private address, v6",         pod("egress-web"), at("fd00::1"), 443, false],
  ["a proxy to the metadata service",          pod("egress-web"), at("169.254.169.254"), 443, false],
  ["a proxy to another pod",                   pod("egress-web"), pod("mcp-issue-tracker"), 8080, false],
  ["a proxy to a database of one's own",       pod("egress-issue-tracker"), at("10.1.2.3"), 5432, true],
  ["a proxy to another private port",          pod("egress-issue-tracker"), at("10.1.2.3"), 443, false],
  ["a proxy to the metadata service, listed",  pod("egress-issue-tracker"), at("169.254.169.254"), 5432, false],
  ["a proxy to a listed address",              pod("egress-issue-tracker"), at("192.0.2.7"), 80, true],
  ["a proxy to the address beside",            pod("egress-issue-tracker"), at("192.0.2.8"), 80, false],
  ["the gateway to a server with a port",      gateway, pod("mcp-issue-tracker"), 8080, true],
  ["the gateway to another port",              gateway, pod("mcp-issue-tracker"), 22, false],
  ["the gateway to a server without a port",   gateway, pod("mcp-web"), 8080, false],
  ["the gateway to the name service",          gateway, dns, 53, true, "UDP"],
  ["the gateway to the world",                 gateway, at("93.184.215.14"), 443, false],
  ["a server to the gateway",                  pod("mcp-issue-tracker"), gateway, 8080, false],
  ["the gateway to a proxy",                   gateway, pod("egress-web"), 3128, false],
  ["a stranger to a server",                   stranger, pod("mcp-issue-tracker"), 8080, false],
  ["a stranger to a proxy",                    stranger, pod("egress-web"), 3128, false],
])("in a cluster, %s", ([, from, to, port, expected, protocol]) => {
  expect(passes(from, to, port, protocol)).toBe(expected);
});

test("the settings of a proxy are the same in both", () => {
  const [, web, tracker] = made("compose");
  const configs = objects.filter(({ kind }) => kind === "ConfigMap").map(({ data }) => data!["squid.conf"]);
  expect(configs).toEqual([web!.text, tracker!.text]);
});

// ------------------------------------------------------------------------------------------------------------------ labels

test("each server has a name of its own where names are less free than here", () => {
  const servers = ["web", "Web", "we_b", "we-b", "a".repeat(60), "x_"].map((name) => ({ name }));
  const labels = egressOf({ servers } as unknown as PolicyIr).map(({ label }) => label);
  expect(labels.map((each) => each.replace(/[0-9a-f]{8}$/, "#"))).toEqual([
    "web-#",
    "web-#",
    "we-b-#",
    "we-b-#",
    `${"a".repeat(40)}-#`,
    "x",
  ]);
  expect(new Set(labels).size).toBe(labels.length);
  for (const label of labels) expect(`egress-${label}`).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

test("of a policy that narrows another, the common part counts", () => {
  const servers = ["web", "fs", "mail", "notes"].map((name) => ({ name }));
  const wider = { servers, deployment: { network: { web: ["*.example.net:443"], mail: ["a.example:25"] } } };
  const network = { web: ["a.example.net:443", "b.example:443"], fs: [] };
  const narrow = { servers, deployment: { network }, narrows: [wider] } as unknown as PolicyIr;
  const egress = egressOf(narrow).map(({ isSaid, endpoints }) => [isSaid, endpoints.map(endpointText)]);
  expect(egress).toEqual([
    [true, ["a.example.net:443"]],
    [true, []],
    [true, ["a.example:25"]],
    [false, []],
  ]);
});
