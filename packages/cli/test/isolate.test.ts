import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { folderOf, listing, policy } from "./policy.ts";

const web: Readonly<Record<string, string>> = {
  "p/web.mcpolicy": `mcpolicy 1

server web untyped
server fs untyped

network web { connect "docs.example.org:443" }
network fs { }

role reader { }

allow "read" reader to web.fetch when url(args.url) like "https://docs.example.org/**"
allow "files" reader to fs.read
`,
};

const digest = "0".repeat(64);
const images = { web: { image: `r.example/web@sha256:${digest}` }, fs: { image: `r.example/fs@sha256:${digest}` } };
const config = (isolate: object): string => JSON.stringify({ isolate }, null, 2);
const whole = config({ egress: { image: `r.example/squid@sha256:${digest}` }, servers: images });

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test-fixtures/schema/config.schema.json"), "utf8"),
);
const fitsSchema = new Ajv2020({ strict: false }).compile(schema);

describe("policy isolate", () => {
  it("writes the files of a target, says nothing where nothing is missing, and leaves alone what is as it was", async () => {
    const cwd = folderOf({ ...web, "mcpolicy.config.json": whole });
    const first = await policy(["isolate", "p", "--target", "compose", "-o", "deploy"], { cwd });
    expect(first).toEqual({ code: 0, err: "", out: "deploy/compose.yaml\ndeploy/egress/web.conf\n" });
    expect(readFileSync(join(cwd, "deploy/egress/web.conf"), "utf8")).toContain("dstdomain -n docs.example.org");
    const second = await policy(["isolate", "p", "--format", "compose", "-o", "deploy"], { cwd });
    expect(second.out).toBe("deploy/compose.yaml (as it was)\ndeploy/egress/web.conf (as it was)\n");
  });

  it("shows the files where no folder is named", async () => {
    const cwd = folderOf({ ...web, "mcpolicy.config.json": whole });
    const compose = await policy(["isolate", "p", "--target", "compose"], { cwd });
    expect(compose.out).toContain("# ======== compose.yaml\n");
    expect(compose.out).toContain("# ======== egress/web.conf\n");
    expect(compose.err).toBe("note: these are several files; -o DIR writes them\n");
    const cluster = await policy(["isolate", "p", "--target", "k8s"], { cwd });
    expect(cluster.out).toMatch(/^# The servers of the policy/);
    expect(existsSync(join(cwd, "deploy"))).toBe(false);
  });

  it("checks that files are what would be written", async () => {
    const cwd = folderOf({ ...web, "mcpolicy.config.json": whole });
    const check = () => policy(["isolate", "p", "--target", "compose", "-o", "deploy", "--check"], { cwd });
    expect(await check()).toMatchObject({ code: 1, out: "" });
    await policy(["isolate", "p", "--target", "compose", "-o", "deploy"], { cwd });
    expect(await check()).toEqual({ code: 0, out: "", err: "" });
    writeFileSync(join(cwd, "deploy/egress/web.conf"), "http_access allow all\n");
    expect(await check()).toMatchObject({
      code: 1,
      err: "deploy/egress/web.conf is not what the policy and its settings make: run `policy isolate` again\n",
    });
    rmSync(join(cwd, "deploy/compose.yaml"));
    expect((await check()).err).toContain("deploy/compose.yaml is not");
  });

  it("says what is missing before servers start", async () => {
    const text = web["p/web.mcpolicy"]!.replace("network fs { }\n", "")
      .replace("server fs untyped", 'server fs from "tools.json" root "/w"')
      .replace("to fs.read", "to fs.read_many");
    const { code, err } = await policy(["isolate", "--target", "k8s"], {
      cwd: folderOf({ "p.mcpolicy": text, "tools.json": listing }),
    });
    expect(err).toContain("note: no `network` statement speaks of `fs`: no network is given\n");
    expect(err).toContain("note: no image is named for `web`, `fs`:");
    expect(err).toContain("is not pinned by its digest");
    expect(err).toContain("note: the policy gives `fs` a root, and nothing is mounted there:");
    expect(err).toContain("note: no other pod reaches what speaks on standard input and output: `web`, `fs`;");
    expect(code).toBe(0);
  });

  it("ends with 1 where the policy allows what the network stops, or the network stops nothing", async () => {
    const text = web["p/web.mcpolicy"]!.replace("docs.example.org/**", "**");
    const outside = await policy(["isolate", "p", "--target", "compose"], {
      cwd: folderOf({ "p/web.mcpolicy": text }),
    });
    expect(outside.err).toContain("warning[P0443]: `web.fetch` may be called with a URL outside the network of `web`");
    expect(outside).toMatchObject({ code: 1, out: expect.stringContaining("mcp-web:") });
    const open = web["p/web.mcpolicy"]!.replace("docs.example.org:443", "*");
    const run = await policy(["isolate", "p", "--target", "compose"], { cwd: folderOf({ "p/web.mcpolicy": open }) });
    expect(run.err).toContain("warning[P0441]: `web` may connect to any host, on any port");
    expect(run.code).toBe(1);
  });

  it("names folders of the host from where the files lie", async () => {
    const mounts = [
      { at: "/w", from: "./work" },
      { at: "/data", from: "/srv/data" },
      { at: "/up", from: "../up" },
    ];
    const settings = config({ output: "deploy/web", target: "compose", servers: { web: { mounts } } });
    const cwd = folderOf({ ...web, "mcpolicy.config.json": settings });
    await policy(["isolate", "p"], { cwd });
    const sources = [
      ...readFileSync(join(cwd, "deploy/web/compose.yaml"), "utf8").matchAll(/source: "(?!\.\/egress)(.*)"/g),
    ];
    expect(sources.map(([, source]) => source)).toEqual(["../../work", "/srv/data", "../../../up"]);
    const shown = await policy(["isolate", "../p", "--target", "compose", "-o", "."], { cwd: join(cwd, "deploy") });
    expect(shown.code).toBe(0);
    expect(readFileSync(join(cwd, "deploy/compose.yaml"), "utf8")).toContain('source: "../work"');
  });

  it("takes images and the runtime as flags", async () => {
    const cwd = folderOf(web);
    const flags = ["--image", "web=r.example/a:1", "--image", "fs=r.example/b:2", "--runtime", "gvisor"];
    const { out } = await policy(["isolate", "p", "--target", "compose", ...flags], { cwd });
    expect(out).toContain('image: "r.example/a:1"');
    expect(out.match(/runtime: "runsc"/g)).toHaveLength(2);
  });

  it.each([
    ["no target", [], "say what for: --target compose or k8s"],
    ["an unknown target", ["--target", "kompose"], "`kompose` is none of compose, k8s; did you mean `compose`?"],
    [
      "an image of no server",
      ["--target", "k8s", "--image", "wbe=a"],
      "--image: the policy has no server `wbe`; did you mean `web`?",
    ],
    ["an image of nothing", ["--target", "k8s", "--image", "web"], "--image takes SERVER=IMAGE, not `web`"],
    ["a configuration that is not there", ["--target", "k8s", "--config", "c.json"], "cannot read c.json"],
    ["a check of no folder", ["--target", "k8s", "--check"], "--check needs the folder that is checked: -o DIR"],
  ])("%s is wrong usage", async (_, flags, message) => {
    const { code, err } = await policy(["isolate", "p", ...flags], { cwd: folderOf(web) });
    expect(err).toContain(`error: ${message}`);
    expect(code).toBe(4);
  });

  it.each([
    ["a broken text", '{ "isolate": ', "P0701", ""],
    ["an unknown key", config({ server: {} }), "P0702", "did you mean `servers`?"],
    ["an unknown server", config({ servers: { wbe: {} } }), "P0702", "did you mean `web`?"],
    ["an unknown setting", config({ servers: { web: { imgae: "a" } } }), "P0702", "did you mean `image`?"],
    ["root", config({ servers: { web: { user: "0" } } }), "P0703", "a user that is not root"],
    ["the group of root", config({ servers: { web: { user: "7:0" } } }), "P0703", "a user that is not root"],
    ["a size without a unit", config({ servers: { web: { memory: "256" } } }), "P0703", "a size such as `256Mi`"],
    ["a port that is none", config({ servers: { web: { port: 70_000 } } }), "P0703", "from 1 to 65535"],
    ["a port in quotes", config({ servers: { web: { port: "80" } } }), "P0703", "a whole number"],
    ["too many processors", config({ servers: { web: { cpus: 0 } } }), "P0703", "a number from 0.01 to 256"],
    ["a command that is a text", config({ servers: { web: { command: "a b" } } }), "P0703", "is a list, not a text"],
    ["another proxy", config({ servers: { web: { environment: { https_proxy: "x" } } } }), "P0703", "is set already"],
    [
      "a value that is no text",
      config({ servers: { web: { environment: { A: 1 } } } }),
      "P0703",
      "`A` cannot be a number",
    ],
    [
      "a mount of nothing",
      config({ servers: { web: { mounts: [{ at: "/w" }] } } }),
      "P0704",
      "`claim`, a volume, is missing",
    ],
    ["a mount nowhere", config({ servers: { web: { mounts: [{ from: "w" }] } } }), "P0704", "`at` is missing"],
    [
      "a relative mount",
      config({ servers: { web: { mounts: [{ at: "w", from: "w" }] } } }),
      "P0703",
      "an absolute path",
    ],
    [
      "a mount that climbs",
      config({ servers: { web: { mounts: [{ at: "/w/../etc", from: "w" }] } } }),
      "P0703",
      "`at` cannot be",
    ],
    [
      "docker's socket",
      config({ servers: { web: { mounts: [{ at: "/s", from: "/var/run/docker.sock" }] } } }),
      "P0703",
      "is not isolated from it",
    ],
    [
      "the host's root",
      config({ servers: { web: { mounts: [{ at: "/h", from: "/" }] } } }),
      "P0703",
      "is not isolated from it",
    ],
    ["a private host that is none", config({ egress: { private: ["a b"] } }), "P0703", "a host as the policy has it"],
    ["a private host with a port", config({ egress: { private: ["a:1"] } }), "P0703", "is no host"],
    ["a name with capitals", config({ name: "Desk" }), "P0703", "small letters, digits and hyphens"],
    ["a list where settings are meant", config([]), "P0703", "a mapping of keys to values, not a list"],
  ])("%s is an invalid configuration", async (what, text, code, message) => {
    const run = await policy(["isolate", "p", "--target", "k8s"], {
      cwd: folderOf({ ...web, "mcpolicy.config.json": text }),
    });
    expect(run.err).toContain(`error[${code}]`);
    expect(run.err).toContain("mcpolicy.config.json:");
    expect(run.err).toContain(message);
    expect(run).toMatchObject({ code: 2, out: "" });
    // What a schema cannot know: the policy, what a mount gives away, canonical paths.
    const isBeyondSchema = /unknown server|another proxy|climbs|socket|host's root|private host/.test(what);
    if (code !== "P0701") expect(fitsSchema(JSON.parse(text))).toBe(isBeyondSchema);
  });

  it("has a schema for editors, which takes what it takes", () => {
    const settings = readFileSync(
      join(import.meta.dirname, "../../../test-fixtures/compile/network/settings.json"),
      "utf8",
    );
    for (const each of [whole, `{ "isolate": ${settings} }`]) {
      expect(fitsSchema(JSON.parse(each)), JSON.stringify(fitsSchema.errors)).toBe(true);
    }
  });

  it("names servers that are called like what every object has", async () => {
    const text = 'mcpolicy 1\nserver constructor untyped\nallow "a" anyone to constructor.x\n';
    const { code, out } = await policy(["isolate", "--target", "compose"], { cwd: folderOf({ "p.mcpolicy": text }) });
    expect(out).toContain("mcp-constructor:");
    expect(code).toBe(0);
  });
});
