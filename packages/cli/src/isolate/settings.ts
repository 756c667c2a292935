import {
  defaultServer,
  defaultSettings,
  type IsolationSettings,
  type Mount,
  type NetworkTarget,
  networkTargets,
  type ServerSettings,
} from "@mcpolicy/compiler";
import { hostText, parseEndpoint, whyUnreadable } from "@mcpolicy/core";
import type { Source } from "@mcpolicy/diagnostics";
import { suggest } from "@mcpolicy/diagnostics";
import { knownKeys, type MapTree, mapping, Problems, readTree, shape, type Tree } from "@mcpolicy/testing";

/** Reads a value of the configuration; reports what is wrong, and gives nothing then. */
type Reading<T> = (tree: Tree, what: string, problems: Problems) => T | undefined;

/**
 * The section `isolate` of a configuration file, with what it leaves out: how the servers of a policy are started. `servers` are the
 * names that the policy knows. With an error there are no settings.
 */
export function readIsolationSettings(
  source: Source,
  servers: readonly string[],
): { readonly settings: IsolationSettings; readonly place: IsolationPlace; readonly problems: Problems } {
  const { tree, diagnostics } = readTree(source, "nothing is made");
  const problems = new Problems(diagnostics);
  const file = tree === undefined ? undefined : mapping(tree, "the configuration", problems);
  const section = file?.entries.get("isolate")?.value;
  const map = section === undefined ? undefined : mapping(section, "`isolate`", problems);
  return map === undefined
    ? { settings: defaultSettings, place: {}, problems }
    : { ...settingsOf(map, servers, problems), problems };
}

/** What the files are for, and the folder where they are written, relative to the configuration's own. */
export interface IsolationPlace {
  readonly target?: NetworkTarget;
  readonly output?: string;
}

function settingsOf(
  map: MapTree,
  known: readonly string[],
  problems: Problems,
): { readonly settings: IsolationSettings; readonly place: IsolationPlace } {
  const { name, runtime, egress, servers, ...place } = fieldsOf(map, "`isolate`", sections, problems);
  for (const [server, { key }] of servers?.entries ?? []) {
    if (known.includes(server)) continue;
    const help = `the policy knows ${known.map((each) => `\`${each}\``).join(", ")}`;
    problems.add("P0702", key, `the policy has no server \`${server}\``, suggest(server, known), help);
  }
  const settings = {
    name: name ?? defaultSettings.name,
    runtime,
    egress: { ...defaultSettings.egress, ...(egress && fieldsOf(egress, "`egress`", egressFields, problems)) },
    servers: Object.fromEntries(
      [...(servers?.entries ?? [])].flatMap(([server, { value }]) => {
        const own = mapping(value, `what stands below \`${server}\``, problems);
        return own === undefined ? [] : [[server, serverOf(own, server, problems)]];
      }),
    ),
  };
  return { settings, place };
}

function serverOf(map: MapTree, server: string, problems: Problems): ServerSettings {
  return { ...defaultServer, ...fieldsOf(map, `\`${server}\``, serverFields, problems) };
}

/** Each field that is there and right. */
function fieldsOf<T extends object>(
  map: MapTree,
  what: string,
  fields: { readonly [K in keyof T]: Reading<T[K]> },
  problems: Problems,
): Partial<T> {
  knownKeys(map, Object.keys(fields), what, problems);
  const read = Object.entries<Reading<unknown>>(fields).flatMap(([key, reading]) => {
    const entry = map.entries.get(key);
    const value = entry === undefined ? undefined : reading(entry.value, `\`${key}\``, problems);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(read) as Partial<T>;
}

// ------------------------------------------------------------------ readings

function text(pattern: RegExp, wanted: string): Reading<string> {
  return (tree, what, problems) => {
    if (tree.kind === "scalar" && typeof tree.value === "string" && pattern.test(tree.value)) return tree.value;
    const got = tree.kind === "scalar" && typeof tree.value === "string" ? JSON.stringify(tree.value) : shape(tree);
    problems.add("P0703", tree.span, `${what} cannot be ${got}`, undefined, `write ${wanted}`);
    return undefined;
  };
}

function number(from: number, to: number, isWhole: boolean): Reading<number> {
  return (tree, what, problems) => {
    const value = tree.kind === "scalar" ? tree.value : undefined;
    if (typeof value === "number" && value >= from && value <= to && (!isWhole || Number.isInteger(value)))
      return value;
    problems.add("P0703", tree.span, `${what} is a ${isWhole ? "whole " : ""}number from ${from} to ${to}`);
    return undefined;
  };
}

function list<T>(each: Reading<T>): Reading<readonly T[]> {
  return (tree, what, problems) => {
    if (tree.kind === "list") return tree.items.flatMap((item) => each(item, `an item of ${what}`, problems) ?? []);
    problems.add("P0703", tree.span, `${what} is a list, not ${shape(tree)}`);
    return undefined;
  };
}

const label = text(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "small letters, digits and hyphens");
const size = text(/^[1-9][0-9]{0,6}(?:Ki|Mi|Gi)$/, "a size such as `256Mi`");
const image = text(/^[^\s]{1,1000}$/, "an image, best with its digest: `registry.example/web@sha256:…`");
const anyText: Reading<string> = text(/^[^\0]*$/, "a text");
const runtime = text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "`gvisor`, `kata`, or the name of a runtime");

/** A user, with its group; root is none. */
const user: Reading<string> = (tree, what, problems) => {
  const pattern = /^[1-9][0-9]{0,9}(?::[1-9][0-9]{0,9})?$/;
  const read = text(pattern, "the number of a user that is not root, and of its group: `65532:65532`")(
    tree,
    what,
    problems,
  );
  return read === undefined || read.includes(":") ? read : `${read}:${read}`;
};

const host: Reading<string> = (tree, what, problems) => {
  const read = text(/^\S+$/, "a host as the policy has it, without its port")(tree, what, problems);
  const endpoint = parseEndpoint(`${read}:1`);
  if (read === undefined || endpoint !== undefined) return endpoint && hostText(endpoint.host);
  problems.add(
    "P0703",
    tree.span,
    `\`${read}\` is no host`,
    undefined,
    "write a host as the policy has it, without its port",
  );
  return undefined;
};

/** What the proxy of a server is set by. */
const ours = /^(?:https?_proxy|no_proxy|all_proxy|node_use_env_proxy)$/i;

const variable: Reading<string> = (tree, what, problems) => {
  const read = text(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable")(tree, what, problems);
  if (read === undefined || !ours.test(read)) return read;
  problems.add(
    "P0703",
    tree.span,
    `\`${read}\` is set already: it leads to the server's proxy`,
    undefined,
    "leave it out",
  );
  return undefined;
};

const environment: Reading<Readonly<Record<string, string>>> = (tree, what, problems) => {
  const map = mapping(tree, what, problems);
  if (map === undefined) return undefined;
  const pairs = [...map.entries].flatMap(([name, { key, value }]) => {
    const read = variable({ kind: "scalar", span: key, value: name }, `a key of ${what}`, problems);
    const said = anyText(value, `\`${name}\``, problems);
    return read === undefined || said === undefined ? [] : [[read, said]];
  });
  return Object.fromEntries(pairs);
};

/** A folder as the container sees it: absolute and plain. */
const place: Reading<string> = (tree, what, problems) => {
  const read = text(/^\/./, "an absolute path")(tree, what, problems);
  const why = read === undefined ? undefined : whyUnreadable({ kind: "path" }, read, undefined);
  if (why === undefined || why === "") return read;
  problems.add(
    "P0703",
    tree.span,
    `${what} cannot be ${JSON.stringify(read)}: ${why}`,
    undefined,
    "write an absolute path",
  );
  return undefined;
};

const folder: Reading<string> = (tree, what, problems) => {
  const read = text(/^[^\0:]+$/, "a folder of the host")(tree, what, problems);
  const whole = read?.replace(/\/+$/, "");
  if (whole === undefined || !/^$|^\/(?:proc|sys|dev|etc|root|boot|var\/run|run)(?:\/|$)|\.sock$/.test(whole))
    return read;
  problems.add(
    "P0703",
    tree.span,
    `a server with \`${read}\` of the host is not isolated from it`,
    undefined,
    "mount the folder that it works in",
  );
  return undefined;
};

const flag: Reading<boolean> = (tree, what, problems) => {
  if (tree.kind === "scalar" && typeof tree.value === "boolean") return tree.value;
  problems.add("P0703", tree.span, `${what} is \`true\` or \`false\`, not ${shape(tree)}`);
  return undefined;
};

const mount: Reading<Mount> = (tree, what, problems) => {
  const map = mapping(tree, what, problems);
  if (map === undefined) return undefined;
  const read = fieldsOf<Mount>(map, "a mount", { at: place, from: folder, claim: label, write: flag }, problems);
  if (!map.entries.has("at")) problems.add("P0704", tree.span, "`at` is missing: where the server sees the folder");
  if (!map.entries.has("from") && !map.entries.has("claim")) {
    problems.add("P0704", tree.span, "`from`, a folder of the host, or `claim`, a volume, is missing");
  }
  return read.at === undefined ? undefined : { ...read, at: read.at, write: read.write ?? false };
};

// -------------------------------------------------------------------- fields

const map: Reading<MapTree> = (tree, what, problems) => mapping(tree, what, problems);

const target: Reading<NetworkTarget> = (tree, what, problems) => {
  const known = networkTargets.find((each) => tree.kind === "scalar" && each === tree.value);
  if (known === undefined) {
    problems.add("P0703", tree.span, `${what} is one of ${networkTargets.map((each) => `\`${each}\``).join(", ")}`);
  }
  return known;
};

const sections = { name: label, runtime, target, output: anyText, egress: map, servers: map };

const egressFields = { image, private: list(host) };

const serverFields: { readonly [K in keyof Required<ServerSettings>]: Reading<Required<ServerSettings>[K]> } = {
  image,
  command: list(anyText),
  port: number(1, 65_535, true),
  user,
  memory: size,
  tmp: size,
  cpus: number(0.01, 256, false),
  pids: number(1, 65_536, true),
  environment,
  secrets: list(variable),
  mounts: list(mount),
  runtime,
};
