import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attempt, Outcome } from "./attempt.ts";

/** Why networks cannot be built here; undefined where they can. */
export function whyNoNamespaces(): string | undefined {
  for (const [program, ...flags] of [
    ["squid", "-v"],
    ["ip", "-V"],
    ["setpriv", "--version"],
  ] as const) {
    if (spawnSync(program, flags).error !== undefined) return `there is no \`${program}\` here`;
  }
  const name = `mcpolicy-${process.pid}-try`;
  const made = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (made.status !== 0) return `network namespaces cannot be made here: ${made.stderr.trim()}`;
  spawnSync("ip", ["netns", "delete", name]);
  return undefined;
}

/** Addresses of the world outside. None of them is asked for real: they lie in a namespace without a way to the machine's own network. */
export interface Outside {
  /** Host names to addresses, as the proxy knows them. */
  readonly hosts: Readonly<Record<string, string | readonly string[]>>;
  /** Addresses that answer, on each of the ports. */
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/**
 * Three networks in a row, as the compose file draws them: a server, its proxy, the world. The server and the proxy share a network
 * without a way out; only the proxy has another leg.
 */
export class Networks {
  readonly #name = `mcpolicy-${process.pid}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "mcpolicy-network-"));
  readonly #running: ChildProcess[] = [];

  async open(outside: Outside): Promise<void> {
    const [server, proxy, world] = this.#places();
    const lines = [server, proxy, world].map((each) => `netns add ${each}`);
    lines.push(
      `link add inner netns ${server} type veth peer name inner netns ${proxy}`,
      `link add outer netns ${proxy} type veth peer name outer netns ${world}`,
    );
    this.#ip(lines);
    this.#ip(["link set lo up", "address add 10.77.0.2/24 dev inner", "link set inner up"], server);
    this.#ip(
      [
        "link set lo up",
        "address add 10.77.0.1/24 dev inner",
        "link set inner up",
        "address add 10.78.0.2/24 dev outer",
        "address add fd78::2/64 dev outer nodad",
        "link set outer up",
        "route add default via 10.78.0.1",
        "route add default via fd78::1",
      ],
      proxy,
    );
    const addresses = outside.addresses.map(
      (each) => `address add ${each}/${each.includes(":") ? "128 nodad" : 32} dev outer`,
    );
    this.#ip(
      [
        "link set lo up",
        "address add 10.78.0.1/24 dev outer",
        "address add fd78::1/64 dev outer nodad",
        ...addresses,
        "link set outer up",
      ],
      world,
    );
    const lists = Object.entries(outside.hosts).flatMap(([name, to]) => [to].flat().map((each) => `${each} ${name}\n`));
    writeFileSync(join(this.#folder, "hosts"), ["127.0.0.1 localhost\n", ...lists].join(""));
    writeFileSync(join(this.#folder, "resolv.conf"), "nameserver 127.0.0.1\n");
    await this.#start(world, [process.execPath, script("outside"), ...outside.ports.map(String)], /ready/);
  }

  /** What becomes of each attempt while this configuration is in force, of a squid that runs as the containers' user. */
  async attempts(configuration: string, attempts: readonly Attempt[]): Promise<readonly Outcome[]> {
    const [server, proxy] = this.#places();
    const path = join(this.#folder, "squid.conf");
    writeFileSync(path, configuration);
    // A log on a pipe of its own user's, as container runtimes give it. The files of names are this process's alone.
    const inside = `mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf || exit 1
      exec setpriv --reuid=65532 --regid=65532 --clear-groups sh -c 'squid -N -d 1 -f "$1" 2>&1 | cat' sh "$3"`;
    const files = [join(this.#folder, "hosts"), join(this.#folder, "resolv.conf"), path];
    execFileSync("chmod", ["-R", "a+rX", this.#folder]);
    const squid = await this.#start(
      proxy,
      ["unshare", "--mount", "sh", "-c", inside, "sh", ...files],
      /Accepting HTTP/,
    );
    try {
      const command = [
        "netns",
        "exec",
        server,
        process.execPath,
        script("attempts"),
        "10.77.0.1:3128",
        JSON.stringify(attempts),
      ];
      return JSON.parse(execFileSync("ip", command, { encoding: "utf8" })) as readonly Outcome[];
    } finally {
      await stop(squid);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map(stop));
    for (const each of this.#places()) spawnSync("ip", ["netns", "delete", each]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #places(): readonly [string, string, string] {
    return [`${this.#name}-server`, `${this.#name}-proxy`, `${this.#name}-world`];
  }

  #ip(lines: readonly string[], place?: string): void {
    const inside = place === undefined ? [] : ["-netns", place];
    execFileSync("ip", [...inside, "-batch", "-"], { input: `${lines.join("\n")}\n` });
  }

  /** Starts a program somewhere and waits until it says that it is ready. */
  #start(place: string, command: readonly string[], ready: RegExp): Promise<ChildProcess> {
    const child = spawn("ip", ["netns", "exec", place, ...command], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.push(child);
    return new Promise((resolve, reject) => {
      let said = "";
      const hear = (bytes: Buffer): void => {
        said += bytes.toString();
        if (ready.test(said)) resolve(child);
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`${command.join(" ")} ended: ${said}`)));
    });
  }
}

function script(name: "attempts" | "outside"): string {
  return join(import.meta.dirname, `${name}.ts`);
}

/** Ends a program with all that it started. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-(child.pid as number), "SIGKILL");
  await ended;
}
