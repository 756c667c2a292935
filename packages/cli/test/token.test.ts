import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, policy, small } from "./policy.ts";

const statement = 'token { issuer "https://id.example.com" audience "https://mcp.example.com" }';
const files = {
  ...small,
  "p/fs.mcpolicy": `${small["p/fs.mcpolicy"]}\n${statement}\n\nprincipal { team?: string from claim "team" }\n`,
  "clients.json": JSON.stringify({ clients: { laptop: { secretFrom: "LAPTOP_SECRET", roles: ["reader"] } } }),
};
const env = { LAPTOP_SECRET: "c2VjcmV0cyBhcmUgYmVzdCBtYWRlIGJ5IG1hY2hpbmVz" };

/** A folder with the policy, a key and its key set. */
async function folder(): Promise<string> {
  const cwd = folderOf(files);
  const { out, code } = await policy(["token", "key", "--out", "key.jwk"], { cwd });
  expect(code).toBe(0);
  writeFileSync(join(cwd, "jwks.json"), out);
  return cwd;
}

const issuing = [
  "token",
  "issue",
  "--policy",
  "p",
  "--key",
  "key.jwk",
  "--subject",
  "dev@example.com",
  "--client",
  "cli",
];
const verifying = ["token", "verify", "--policy", "p", "--keys", "jwks.json"];

describe("policy token key", () => {
  it("keeps the private key for its owner, and prints the public one", async () => {
    const cwd = await folder();
    expect(statSync(join(cwd, "key.jwk")).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(cwd, "key.jwk"), "utf8"))).toHaveProperty("d");
    expect(readFileSync(join(cwd, "jwks.json"), "utf8")).not.toContain('"d"');
  });

  it("never writes over a file", async () => {
    const { code, err } = await policy(["token", "key", "--out", "key.jwk"], { cwd: await folder() });
    expect(err).toContain("a key that is in use must not be lost");
    expect(code).toBe(4);
  });
});

describe("policy token issue and verify", () => {
  it("make a token that the policy takes, and say whom it speaks of", async () => {
    const cwd = await folder();
    const made = await policy(
      [...issuing, "--role", "reader", "--scope", "read:files", "--claims", '{"team":"core"}'],
      { cwd },
    );
    expect(made).toMatchObject({ code: 0, err: "" });
    writeFileSync(join(cwd, "token"), made.out);
    const { out, code } = await policy([...verifying, "--token-file", "token"], { cwd });
    expect(out).toMatch(
      /^authenticated: dev@example\.com\n {2}roles {5}reader\n {2}team {6}core\n {2}client {4}cli\n {2}audience {2}https:\/\/mcp\.example\.com\n {2}scopes {4}read:files\n {2}issuer {4}https:\/\/id\.example\.com\n {2}token {5}[0-9a-f-]{36}\n {2}issued {4}\S+Z\n {2}ends {6}\S+Z, in \S+\n$/,
    );
    expect(code).toBe(0);
  });

  it("as JSON, with the token from the environment, which is not shown", async () => {
    const cwd = await folder();
    const made = JSON.parse((await policy([...issuing, "--format", "json"], { cwd })).out);
    expect(made).toMatchObject({ lifetime: "5m", id: expect.any(String), expiresAt: expect.any(String) });
    const { out } = await policy([...verifying, "--format", "json"], { cwd, env: { MCPOLICY_TOKEN: made.token } });
    expect(JSON.parse(out)).toMatchObject({
      authenticated: true,
      principal: { id: "dev@example.com", client: "cli", roles: [] },
      token: { id: made.id, issuer: "https://id.example.com" },
    });
    expect(out).not.toContain(made.token.split(".")[2]);
  });

  it("say why one is refused, and end with 1", async () => {
    const cwd = await folder();
    const { out: token } = await policy(issuing, { cwd });
    const later = await policy([...verifying, "--time", "2099-01-01"], { cwd, env: { MCPOLICY_TOKEN: token } });
    expect(later.out).toMatch(/^refused \(invalid\): it ended .* ago\n$/);
    expect(later.code).toBe(1);
    const asJson = await policy([...verifying, "--format", "json"], { cwd, env: { MCPOLICY_TOKEN: "x" } });
    expect(JSON.parse(asJson.out)).toEqual({
      authenticated: false,
      refusal: "invalid",
      why: "it is no JSON Web Token",
    });
  });

  it("note what the policy would not take", async () => {
    const cwd = await folder();
    const { code, out, err } = await policy([...issuing, "--lifetime", "1h"], { cwd });
    expect(out).toMatch(/^eyJ/);
    expect(err).toBe("note: the policy would refuse this token: it lives for 1h, and 5m is the most\n");
    expect(code).toBe(1);
    const elsewhere = await policy([...issuing, "--audience", "https://other.example.com"], { cwd });
    expect(elsewhere.err).toContain("it is for somebody else");
  });

  it("need no policy where issuer and audience are said", async () => {
    const cwd = await folder();
    const bare = [
      "token",
      "issue",
      "--key",
      "key.jwk",
      "--subject",
      "a",
      "--client",
      "b",
      "--issuer",
      "https://x",
      "--audience",
      "y",
    ];
    expect(
      await policy(bare, { cwd: folderOf({ "key.jwk": readFileSync(join(cwd, "key.jwk"), "utf8") }) }),
    ).toMatchObject({ code: 0 });
  });
});

describe("development tokens", () => {
  it("are made and taken by the table", async () => {
    const cwd = folderOf(files);
    const made = await policy(
      ["token", "issue", "--policy", "p", "--development-clients", "clients.json", "--client", "laptop"],
      { cwd, env },
    );
    expect(made).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^mcpolicy-dev\.v1\./) });
    const { out, code } = await policy(["token", "verify", "--policy", "p", "--development-clients", "clients.json"], {
      cwd,
      env: { ...env, MCPOLICY_TOKEN: made.out },
    });
    expect(out).toMatch(/^authenticated: laptop\n {2}roles {5}reader\n/);
    expect(code).toBe(0);
  });

  it("need their secret", async () => {
    const cwd = folderOf(files);
    const { code, err } = await policy(
      ["token", "issue", "--development-clients", "clients.json", "--client", "laptop", "--audience", "x"],
      { cwd },
    );
    expect(err).toContain("takes its secret from LAPTOP_SECRET, which is not set");
    expect(code).toBe(2);
  });
});

describe("policy token revoke", () => {
  it.each([
    (id: string) => ["--id", id],
    () => ["--subject", "dev@example.com"],
    () => ["--client", "cli", "--issuer", "https://id.example.com"],
    () => ["--all-of", "https://id.example.com"],
  ])("%s: the token is not taken any more", async (whose) => {
    const cwd = await folder();
    const { token, id } = JSON.parse((await policy([...issuing, "--format", "json"], { cwd })).out);
    const file = ["--revocations", "revocations.jsonl"];
    const { out, code } = await policy(["token", "revoke", ...file, ...whose(id), "--reason", "a test"], { cwd });
    expect(out).toMatch(/^revoked: .*; kept until \S+Z\n$/);
    expect(code).toBe(0);
    const found = await policy([...verifying, ...file], { cwd, env: { MCPOLICY_TOKEN: token } });
    expect(found).toMatchObject({ code: 1, out: "refused (invalid): it was revoked\n" });
  });

  it("leaves what was issued after", async () => {
    const cwd = await folder();
    const file = ["--revocations", "revocations.jsonl"];
    await policy(["token", "revoke", ...file, "--subject", "dev@example.com", "--issued-before", "2026-01-01"], {
      cwd,
    });
    const { out: token } = await policy(issuing, { cwd });
    expect(await policy([...verifying, ...file], { cwd, env: { MCPOLICY_TOKEN: token } })).toMatchObject({ code: 0 });
  });
});

describe("wrong usage says what is wrong", () => {
  const keyed = ["token", "issue", "--policy", "p", "--key", "key.jwk"];
  // biome-ignore format: table
  const mistakes: readonly [readonly string[], string, number][] = [
    [["token"],                                                         "Usage: policy token",                      4],
    [["token", "isue"],                                                 "unknown command 'isue'\n(Did you mean issue?)", 4],
    [["token", "issue", "--rol", "x"],                                  "(Did you mean --role?)\n(`policy token issue --help` lists what there is)", 4],
    [["token", "key"],                                                  "required option '--out <file>' not specified", 4],
    [["token", "key", "--out", "x", "--algorithm", "HS256"],            "Allowed choices are EdDSA",                4],
    [["token", "issue", "--policy", "p"],                               "give --key",                               4],
    [["token", "issue", "--policy", "p", "--key", "nowhere"],           "give --subject and --client",              4],
    [[...keyed.slice(0, -1), "nowhere", "--subject", "a", "--client", "b"], "there is no file nowhere",             4],
    [[...keyed.slice(0, -1), "clients.json", "--subject", "a", "--client", "b"], "no private key with `alg` and `kid`", 2],
    [[...keyed, "--subject", "a", "--client", "b", "--claims", '{"exp":1}'], "the claim `exp` is set by what the token says otherwise", 2],
    [[...keyed, "--lifetime", "soon"],                                  "--lifetime takes a length of time",        4],
    [["token", "issue", "--development-clients", "clients.json", "--key", "k", "--audience", "x"], "--key is for signed tokens", 4],
    [["token", "issue", "--development-clients", "clients.json", "--audience", "x"], "give --client with one of: laptop", 4],
    [["token", "verify", "--policy", "p"],                              "which token? give --token-file",           4],
    [["token", "verify", "--policy", "p", "--token-file", "nowhere"],   "there is no file nowhere",                 4],
    [["token", "verify", "--policy", "p", "--token-file", "key.jwk"],   "where are the keys of https://id.example.com?", 4],
    [["token", "verify", "--policy", "p", "--token-file", "key.jwk", "--keys", "key.jwk"], "is no JSON Web Key Set", 2],
    [["token", "verify", "--policy", "p", "--token-file", "key.jwk", "--keys", "http://x/jwks"], "an https URL",    2],
    [["token", "verify", "--policy", "p", "--token-file", "key.jwk", "--keys", "jwks.json", "--audience", "z"], "none of the policy's audiences", 2],
    [["token", "verify", "--policy", "p", "--token-file", "key.jwk", "--keys", "jwks.json", "--revocations", "z"], "--revocations: there is no file z", 4],
    [["token", "verify", "--policy", "p", "--token-file", "key.jwk", "--keys", "jwks.json", "--development-clients", "clients.json"], "either --keys or --development-clients", 4],
    [["token", "revoke", "--id", "x"],                                  "required option '--revocations <file>'",   4],
    [["token", "revoke", "--revocations", "r"],                         "give one of --id, --subject, --client, --all-of", 4],
    [["token", "revoke", "--revocations", "r", "--id", "x", "--subject", "y"], "give one of --id",                  4],
    [["token", "revoke", "--revocations", "r", "--id", ""],             "--id is empty",                            4],
    [["token", "revoke", "--revocations", "r", "--all-of", "x", "--issuer", "y"], "leave --issuer out",             4],
    [["token", "revoke", "--revocations", "r", "--id", "x", "--issued-before", "2026-01-01"], "leave --issued-before out", 4],
    [["token", "revoke", "--revocations", "r", "--client", "x", "--issued-before", "noon"], "--issued-before takes an instant", 4],
    [["token", "revoke", "--revocations", "none/r", "--client", "x"],   "nothing was revoked",                      4],
  ];

  const at = folder();

  it.each(mistakes)("policy %j", async (args, message, expected) => {
    const { code, out, err } = await policy(args, { cwd: await at, env });
    expect(err).toContain(message);
    expect(out).toBe("");
    expect(code).toBe(expected);
  });

  it("shows an example in each help", async () => {
    for (const name of ["issue", "verify", "revoke", "key"]) {
      expect((await policy(["token", name, "--help"], { cwd: "/" })).out).toContain(`Example: policy token ${name}`);
    }
  });
});
