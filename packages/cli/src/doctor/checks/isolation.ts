import { egressOf, type IsolationSettings, serverSettings } from "@mcpolicy/compiler";
import { advisesOn, type Check, failsWith, listed, unchecked, type Verdict } from "../check.ts";
import type { Deployment } from "../deployment.ts";

export const isolation: readonly Check[] = [
  {
    name: "networks-stated",
    item: 3,
    title: "the policy says of each server where it may connect",
    run: ({ ir }) => {
      const silent = egressOf(ir).filter(({ isSaid }) => !isSaid);
      const found =
        silent.length === 0 ? [] : [`no \`network\` statement speaks of ${listed(silent.map(({ server }) => server))}`];
      return failsWith(found, "write `network SERVER { }`, or list the hosts that it needs");
    },
  },
  {
    name: "networks-closed",
    item: 3,
    title: "no server may connect to any host",
    run: ofCode("P0441", "list the hosts that it needs"),
  },
  {
    name: "urls-inside",
    item: 3,
    title: "what the rules allow stays inside the servers' networks",
    run: ofCode("P0443", "narrow the rule or list the host: `policy check` shows an example of each"),
  },
  {
    name: "isolation-fresh",
    item: 3,
    title: "the files that isolate the servers are those of this policy",
    run: ({ isolation: { written } }) => {
      const say = "say where they are written: `isolate.target` and `isolate.output` in mcpolicy.config.json";
      if (written === undefined)
        return unchecked("the configuration does not say where files of `policy isolate` are", say);
      const stale = written.files
        .filter(({ isAsWritten }) => !isAsWritten)
        .map(({ path }) => `${written.folder}/${path}`);
      const found = stale.length === 0 ? [] : [`${listed(stale)}: missing, or not what the policy makes`];
      return failsWith(found, "run `policy isolate` again, and start the servers anew");
    },
  },
  {
    name: "images-pinned",
    item: 3,
    title: "servers and proxies are started from images of a known digest",
    run: ofSettings((ir, settings) => {
      const egress = egressOf(ir);
      const images = [
        ...egress.map(({ server }) => [server, serverSettings(settings, server).image] as const),
        ...(egress.some(({ endpoints }) => endpoints.length > 0)
          ? [["the proxies", settings.egress.image] as const]
          : []),
      ];
      const loose = images.filter(([, image]) => image === undefined || !/@sha256:[0-9a-f]{64}$/.test(image));
      const found = loose.length === 0 ? [] : [`no digest holds the image of ${listed(loose.map(([name]) => name))}`];
      return failsWith(found, "write images as `NAME@sha256:…`");
    }),
  },
  {
    name: "strong-walls",
    item: 3,
    title: "servers that are not trusted run in gVisor or a microVM",
    run: ofSettings((ir, settings) => {
      const plain = ir.servers.filter(
        ({ name, trusted }) => !trusted && (serverSettings(settings, name).runtime ?? settings.runtime) === undefined,
      );
      const found = plain.length === 0 ? [] : [`a container alone is around ${listed(plain.map(({ name }) => name))}`];
      return advisesOn(found, "set `runtime`: `gvisor` or `kata`");
    }),
  },
];

function ofCode(code: string, help: string): Check["run"] {
  return ({ findings }: Deployment) =>
    failsWith(
      findings.filter((each) => each.code === code).map(({ message, span }) => `${message} (${span.file})`),
      help,
    );
}

/** What can be told only of servers of which something says how they are started. */
function ofSettings(run: (ir: Deployment["ir"], settings: IsolationSettings) => Verdict): Check["run"] {
  return ({ ir, isolation: { settings, written } }) =>
    written === undefined
      ? unchecked("nothing says how servers are started", "write the section `isolate` of mcpolicy.config.json")
      : run(ir, settings);
}
