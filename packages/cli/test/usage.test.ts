import { describe, expect, it } from "vitest";
import { run } from "../src/run.ts";
import { folderOf, policy, small } from "./policy.ts";

const empty = folderOf({});
const at = folderOf(small);

describe("wrong usage ends with 4, says what is wrong, and what was meant", () => {
  // biome-ignore format: table
  const mistakes: readonly [readonly string[], string][] = [
    [[],                                                        "Usage: policy"],
    [["chekc"],                                                 "unknown command 'chekc'\n(Did you mean check?)"],
    [["check", "--max-warning", "1"],                           "unknown option '--max-warning'\n(Did you mean --max-warnings?)"],
    [["check", "--max-warnings", "some"],                       "--max-warnings takes a whole number, not `some`"],
    [["check", "--format", "jsn"],                              "no format `jsn` (it has text, json, github); did you mean `json`?"],
    [["check", "--format", "junit"],                            "no format `junit` (it has text, json, github)"],
    [["check", "--format", "json="],                            "--format json= needs a file name"],
    [["check", "--format", "json", "--format", "json"],         "cannot share standard output"],
    [["check", "p/fs.mcpolcy"],                                 "no file or folder p/fs.mcpolcy; did you mean `p/fs.mcpolicy`?"],
    [["check", "p/fs.test.yaml"],                               "p/fs.test.yaml is no policy: a policy's name ends in .mcpolicy"],
    [["test", "p/fs.mcpolicy"],                                 "p/fs.mcpolicy is no test file"],
    [["fmt", "nowhere"],                                        "no file or folder nowhere"],
    [["init"],                                                  "where is the server? give --from"],
    [["init", "--from-tools", "nowhere.json"],                  "cannot read nowhere.json"],
    [["init", "--from-tools", "tools/fs.json", "--root", "a/../b"], "--root a/../b"],
    [["init", "--from-tools", "tools/fs.json", "--name", "a b"], "--name a b"],
    [["explain", "P9999"],                                      "there is no code `P9999`"],
    [["eval", "--policy", "p"],                                 "who asks?"],
    [["eval", "--policy", "p", "--as", "id=x"],                 "what is asked for?"],
    [["eval", "--policy", "p", "--as", "roles=x", "--call", "fs.x"], "--as needs an id"],
    [["eval", "--policy", "p", "--as", "{", "--call", "fs.x"],  "--as takes JSON"],
    [["eval", "--policy", "p", "--as", "me", "--call", "fs.x"], "such as id=me"],
    [["eval", "--policy", "p", "--as", "id=x", "--call", "x"],  "--call takes SERVER.NAME"],
    [["eval", "--policy", "p", "--as", "id=x", "--call", "fs.x", "--read", "file:///x"], "one request at a time"],
    [["eval", "--policy", "p", "--as", "id=x", "--call", "fs.x", "--with", "[]"], "--with takes a JSON object"],
    [["eval", "--policy", "p", "--as", "id=x", "--call", "fs.x", "--with", '{"a":1,"a":2}'], "--with takes JSON"],
    [["eval", "--policy", "p", "--as", "id=x", "--call", "fs.x", "--with", "@nowhere"], "--with cannot read nowhere"],
    [["eval", "--policy", "p", "--as", "id=x", "--call", "fs.x", "--time", "noon"], "--time takes an instant"],
    [["eval", "--policy", "p", "--as", "id=x", "--call", "fs.x", "--context", '{"time":1}'], "give the time with --time"],
  ];

  it.each(mistakes)("policy %j", async (args, message) => {
    const { code, out, err } = await policy(args, { cwd: at });
    expect(err).toContain(message);
    expect(out).toBe("");
    expect(code).toBe(4);
  });
});

describe("nothing to do ends with 5, or 0 with --allow-empty", () => {
  it.each([["check"], ["fmt"], ["test"]])("policy %s", async (command) => {
    expect(await policy([command], { cwd: empty })).toMatchObject({ code: 5 });
    expect(await policy([command, "--allow-empty"], { cwd: empty })).toMatchObject({ code: 0 });
  });

  it("policy eval", async () => {
    const { code, err } = await policy(["eval", "--as", "id=x", "--call", "fs.x"], { cwd: empty });
    expect(err).toContain("no policy found");
    expect(code).toBe(5);
  });

  it("a filter that no test fits, a glob that fits no file", async () => {
    expect(await policy(["test", "p", "--filter", "nothing is called this"], { cwd: at })).toMatchObject({ code: 5 });
    expect(await policy(["check", "q/**"], { cwd: at })).toMatchObject({ code: 5 });
  });
});

describe("help", () => {
  it("lists the commands and the exit codes", async () => {
    const { code, out } = await policy(["--help"], { cwd: empty });
    for (const word of ["init", "check", "fmt", "test", "eval", "explain", "proxy", "Exit codes: 0 fine"]) {
      expect(out).toContain(word);
    }
    expect(code).toBe(0);
  });

  it.each(["init", "check", "fmt", "test", "eval", "explain", "proxy"])("shows an example for %s", async (command) => {
    const { code, out } = await policy([command, "--help"], { cwd: empty });
    expect(out).toContain(`Usage: policy ${command}`);
    expect(out).toContain(`Example: policy ${command}`);
    expect(code).toBe(0);
    expect(await policy(["help", command], { cwd: empty })).toEqual({ code, out, err: "" });
  });

  it("prints the version", async () => {
    expect(await policy(["--version"], { cwd: empty })).toEqual({ code: 0, out: "0.0.0\n", err: "" });
  });
});

it("escapes what a user typed", async () => {
  const { err } = await policy(["\u001b[31mred"], { cwd: empty });
  expect(err).toContain("unknown command '\\u{1b}[31mred'");
  expect(err).not.toContain("\u001b");
});

it("ends with 3 on a bug of ours, says so, and shows where on demand", async () => {
  const broken = {
    write: () => {
      throw new Error("no way out");
    },
    color: false,
  };
  const told: string[] = [];
  const err = { write: (text: string) => void told.push(text), color: false };
  const ended = (env: Record<string, string>) => run(["explain", "P0701"], { cwd: empty, env, out: broken, err });
  expect(await ended({})).toBe(3);
  expect(told.join("")).toMatch(
    /^internal error: no way out\nThis is a bug in mcpolicy 0\.0\.0 \(Node [\d.]+\), not in your files\. Nothing was allowed\.\n {2}set MCPOLICY_DEBUG=1 to see where\n$/,
  );
  told.length = 0;
  expect(await ended({ MCPOLICY_DEBUG: "1" })).toBe(3);
  expect(told.join("")).toContain("at explainCode");
});
