import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { folderOf, small } from "./policy.ts";

const main = resolve(import.meta.dirname, "../src/main.ts");

function policy(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@mcpolicy/source", main, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "", ...env },
  });
  return { code: status, out: stdout, err: stderr };
}

it("hands the exit code to the shell, and colours on demand only", () => {
  const cwd = folderOf(small);
  expect(policy(["test"], cwd)).toMatchObject({ code: 0, err: "" });
  expect(policy(["test"], cwd).out).not.toContain("\u001b[");
  expect(policy(["test"], cwd, { FORCE_COLOR: "1" }).out).toContain("\u001b[32m2 passed\u001b[0m");
  expect(policy(["test", "nowhere"], cwd)).toMatchObject({ code: 4, out: "" });
});

it("does not load the parser to print help", () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    process.argv = ["node", "policy", "--help"];
    await import(${JSON.stringify(main)});
    process.on("exit", () => console.error(JSON.stringify(loaded)));
  `;
  const { stderr, status } = spawnSync(
    process.execPath,
    ["--conditions=@mcpolicy/source", "--input-type=module", "-e", script],
    { encoding: "utf8" },
  );
  const loaded = JSON.parse(stderr.trim().split("\n").at(-1)!) as string[];
  expect(loaded.some((url) => url.endsWith("/src/run.ts"))).toBe(true);
  expect(loaded.filter((url) => /chevrotain|\/packages\/language\/|\/ajv|\/yaml/.test(url))).toEqual([]);
  expect(status).toBe(0);
});

it("watches: a change runs again what it touches", async () => {
  const cwd = folderOf(small);
  const child = spawn(process.execPath, ["--conditions=@mcpolicy/source", main, "test", "--watch"], {
    cwd,
    env: { ...process.env, NO_COLOR: "1" },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const until = async (condition: () => boolean): Promise<void> => {
    for (let waited = 0; !condition(); waited += 50) {
      if (waited > 40_000) throw new Error(`nothing happened:\n${out}\n${err}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await until(() => out.includes("2 passed") && err.includes("watching"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const file = join(cwd, "p/fs.mcpolicy");
    writeFileSync(file, readFileSync(file, "utf8").replace("**/.env*", "**/.other*"));
    await until(() => out.includes("1 failed"));
  } finally {
    child.kill("SIGINT");
  }
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(1);
});
