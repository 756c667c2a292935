import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { toModule } from "@mcpolicy/compiler";
import type { Decision } from "@mcpolicy/core";
import { build } from "esbuild";
import { makeKernel } from "../src/index.ts";
import type { Recorded } from "./recorded.ts";

/** What a policy said of the requests and lists of one fixture. */
export interface Answers {
  readonly decisions: readonly Decision[];
  readonly lists: readonly (readonly string[])[];
}

/** What came of all fixtures at one place: by their built modules, by closures over their artifacts; and whether that place makes code of text. */
export interface Played {
  readonly cases: readonly { readonly module: Answers; readonly closures: Answers }[];
  readonly canEval: boolean;
}

/** Runs in each place. It is plain JavaScript that knows nothing of where it is. */
const play = `
import { closureEngine, everyAbility, loadPolicy } from "./closures.mjs";

export async function play(text) {
  // JSON has no infinity, and nothing undefined.
  const all = JSON.parse(text, (key, value) => (key === "forgottenBefore" && value === null ? -Infinity : value));
  const cases = [];
  for (const { module, artifact, requests, lists } of all) {
    const answers = (policy) => ({
      decisions: requests.map((request) => policy.decide(request)),
      lists: lists.map(([principal, ...asked]) => policy.list(principal ?? undefined, ...asked)),
    });
    const loaded = loadPolicy(artifact, { engine: closureEngine, abilities: everyAbility });
    cases.push({ module: answers(await import(module)), closures: answers(loaded) });
  }
  return JSON.stringify({ cases, canEval: canEval() });
}

function canEval() {
  try {
    return new Function("return true")();
  } catch {
    return false;
  }
}
`;

// biome-ignore format: a file each
const files: Readonly<Record<string, string>> = {
  "play.mjs": play,
  "node.mjs": `import { readFileSync } from "node:fs"; import { play } from "./play.mjs";
process.stdout.write(await play(readFileSync(new URL("cases.json", import.meta.url), "utf8")));`,
  "thread.mjs": `import { readFileSync } from "node:fs"; import { parentPort } from "node:worker_threads"; import { play } from "./play.mjs";
parentPort.postMessage(await play(readFileSync(new URL("cases.json", import.meta.url), "utf8")));`,
  "page.html": `<!doctype html><script type="module" src="page.mjs"></script>`,
  "page.mjs": `import { play } from "./play.mjs";
const text = await (await fetch("cases.json")).text();
const send = (path, body) => fetch(path, { method: "POST", body });
await send("page", await play(text).catch(String));
const worker = new Worker("web-worker.mjs", { type: "module" });
worker.onmessage = ({ data }) => send("worker", data);
worker.onerror = ({ message }) => send("worker", String(message));
worker.postMessage(text);`,
  "web-worker.mjs": `import { play } from "./play.mjs";
onmessage = async ({ data }) => postMessage(await play(data).catch(String));`,
};

/** A folder with the modules of some fixtures, the runtime as one file for closures, and what plays them; it is removed with `remove`. */
export async function playground(recorded: readonly Recorded[]): Promise<{ readonly folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "policy-modules-"));
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const kernel = await makeKernel();
  const cases = recorded.map(({ artifact, decisions, lists }, at) => {
    const { code } = toModule(artifact, kernel, `m${at}`);
    put(`m${at}.mjs`, code);
    return {
      module: `./m${at}.mjs`,
      artifact,
      requests: decisions.map(({ request }) => request),
      lists: lists.map(({ asked }) => asked),
    };
  });
  put("cases.json", JSON.stringify(cases));
  for (const [name, text] of Object.entries(files)) put(name, text);
  await build({
    stdin: {
      contents: 'export { closureEngine, everyAbility, loadPolicy } from "@mcpolicy/runtime";',
      resolveDir: import.meta.dirname,
    },
    outfile: join(folder, "closures.mjs"),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["@mcpolicy/source"],
    logLevel: "error",
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A Node of a major version that the install brings; undefined where it does not. */
export function nodeOf(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const path = resolve(import.meta.dirname, `../node_modules/node-${major}-linux-x64/bin/node`);
  return existsSync(path) ? path : undefined;
}

/** Plays in a process of a Node, which may make no code of text. */
export async function playedByNode(node: string, folder: string): Promise<Played> {
  const args = ["--disallow-code-generation-from-strings", join(folder, "node.mjs")];
  const { stdout } = await promisify(execFile)(node, args, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as Played;
}

/** Plays in a worker thread. */
export async function playedInThread(folder: string): Promise<Played> {
  const worker = new Worker(join(folder, "thread.mjs"));
  const { promise, resolve: done, reject } = Promise.withResolvers<string>();
  worker.once("message", done).once("error", reject);
  const text = await promise;
  await worker.terminate();
  return JSON.parse(text) as Played;
}

/** The Chromium of this machine; undefined where there is none. */
export function chromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env["PATH"] ?? "").split(":");
  return (
    process.env["CHROMIUM"] ??
    folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
  );
}

/** What pages may do: run scripts of their own address, and ask it. Text is never made code. */
export const contentSecurityPolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";

/** Plays in a page of a headless Chromium, and in a web worker of that page. */
export async function playedInBrowser(
  browser: string,
  folder: string,
): Promise<{ readonly page: Played; readonly worker: Played }> {
  const page = Promise.withResolvers<string>();
  const worker = Promise.withResolvers<string>();
  const answered: Readonly<Record<string, (text: string) => void>> = {
    "/page": page.resolve,
    "/worker": worker.resolve,
  };
  const server = createServer(async (request, response) => {
    response.setHeader("content-security-policy", contentSecurityPolicy);
    const { url = "/", method } = request;
    if (method === "POST") {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      answered[url]?.(Buffer.concat(chunks).toString());
      response.end();
      return;
    }
    const name = url.slice(1);
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    const type = name.endsWith(".mjs") ? "text/javascript" : name.endsWith(".html") ? "text/html" : "application/json";
    response.writeHead(text === undefined ? 404 : 200, { "content-type": type });
    response.end(text);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { readonly port: number };
  const profile = mkdtempSync(join(tmpdir(), "policy-chromium-"));
  const args = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    `http://127.0.0.1:${port}/page.html`,
  ];
  // A group of its own, so that its helpers end with it.
  const child = spawn(browser, args, { stdio: "ignore", detached: true });
  const gone = new Promise<never>((_, reject) => {
    child.once("error", reject).once("exit", (code) => reject(new Error(`${browser} ended with ${code}`)));
  });
  const closed = new Promise((done) => child.once("close", done));
  try {
    const [onPage, inWorker] = await Promise.race([Promise.all([page.promise, worker.promise]), gone]);
    return { page: played(onPage), worker: played(inWorker) };
  } finally {
    gone.catch(() => {});
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function played(text: string): Played {
  if (!text.startsWith("{")) throw new Error(text);
  return JSON.parse(text) as Played;
}
