import {
  egressOf,
  type IsolationSettings,
  type NetworkTarget,
  type ServerSettings,
  serverSettings,
} from "@mcpolicy/compiler";
import type { PolicyIr } from "@mcpolicy/core";

/** What the made files lack before servers start as they are meant to, one sentence each. */
export function isolationNotes(
  policy: PolicyIr,
  target: NetworkTarget,
  settings: IsolationSettings,
): readonly string[] {
  const servers = egressOf(policy).map((egress) => ({ ...egress, own: serverSettings(settings, egress.server) }));
  const named = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
  const notes: string[] = [];
  /** One note about all servers of which something is true. */
  const note = (isTrue: (each: (typeof servers)[number]) => boolean, about: (names: string) => string): void => {
    const met = servers.filter(isTrue).map(({ server }) => server);
    if (met.length > 0) notes.push(about(named(met)));
  };
  note(
    ({ isSaid }) => !isSaid,
    (names) => `no \`network\` statement speaks of ${names}: no network is given`,
  );
  note(
    ({ own }) => own.image === undefined,
    (names) => `no image is named for ${names}: set \`isolate.servers.NAME.image\`, or give --image NAME=IMAGE`,
  );
  note(
    ({ own }) => own.image !== undefined && !isPinned(own.image),
    (names) => `the image of ${names} is not pinned by its digest: what it is can change under its name`,
  );
  if (!isPinned(settings.egress.image) && servers.some(({ endpoints }) => endpoints.length > 0)) {
    notes.push(
      `the proxies' image \`${settings.egress.image}\` is not pinned by its digest: set \`isolate.egress.image\``,
    );
  }
  note(
    ({ root, own }) => root !== undefined && !isMounted(root, own),
    (names) => `the policy gives ${names} a root, and nothing is mounted there: set \`isolate.servers.NAME.mounts\``,
  );
  if (target === "k8s") {
    note(
      ({ own }) => own.port === undefined,
      (names) =>
        `no other pod reaches what speaks on standard input and output: ${names}; set \`isolate.servers.NAME.port\``,
    );
    note(
      ({ own }) => own.mounts.some(({ claim }) => claim === undefined),
      (names) => `a mount of ${names} names no claim: a cluster has no folders of a host, set \`claim\``,
    );
  }
  return notes;
}

function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}

function isMounted(root: string, { mounts }: ServerSettings): boolean {
  return mounts.some(({ at }) => root === at || root.startsWith(`${at.replace(/\/$/, "")}/`));
}
