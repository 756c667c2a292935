import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Credentials } from "../src/authentication.ts";
import { developmentClientsIn } from "../src/development-clients.ts";
import { environmentCredentials } from "../src/environment-token.ts";
import { publicKeySet } from "../src/issue.ts";
import { keysFrom } from "../src/keys-from.ts";
import { textOf } from "../src/token.ts";
import { authenticated, authenticatorFor, issued, issuer, key, now, otherKey, token, verdict } from "./policies.ts";

const folder = mkdtempSync(join(tmpdir(), "mcpolicy-identity-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const said = (credentials: Credentials): string =>
  credentials.kind === "token" ? textOf(credentials.token) : credentials.kind;

describe("the environment's token", () => {
  test("stands in a variable", () => {
    expect(said(environmentCredentials({ MCPOLICY_TOKEN: " abc\n" })())).toBe("abc");
    expect(said(environmentCredentials({})())).toBe("none");
    expect(said(environmentCredentials({ MCPOLICY_TOKEN: "" })())).toBe("none");
    expect(said(environmentCredentials({ MCPOLICY_TOKEN: "a b" })())).toBe("malformed");
    expect(said(environmentCredentials({ MCPOLICY_TOKEN: "ü" })())).toBe("malformed");
  });

  test("or in a file, which the host renews", () => {
    const path = file("token", "one\n");
    const credentials = environmentCredentials({ MCPOLICY_TOKEN_FILE: path });
    const first = credentials();
    expect(said(first)).toBe("one");
    expect(credentials()).toBe(first);
    writeFileSync(path, "another");
    expect(said(credentials())).toBe("another");
    renameSync(file("token.new", "renamed"), path);
    expect(said(credentials())).toBe("renamed");
    rmSync(path);
    expect(said(credentials())).toBe("malformed");
    writeFileSync(path, "back");
    expect(said(credentials())).toBe("back");
    writeFileSync(path, "x".repeat(70_000));
    expect(said(credentials())).toBe("malformed");
    writeFileSync(path, "");
    expect(said(credentials())).toBe("none");
  });

  test("is one of the two", () => {
    expect(() => environmentCredentials({ MCPOLICY_TOKEN: "a", MCPOLICY_TOKEN_FILE: "b" })).toThrow("unset one");
  });
});

describe("keys from a file", () => {
  test("follow it", async () => {
    const path = file("keys.json", JSON.stringify(publicKeySet([otherKey])));
    const authenticator = authenticatorFor(token, { keys: { [issuer]: keysFrom(path) } });
    const text = await issued();
    expect(verdict(await authenticated(authenticator, text, now))).toMatch(/^invalid/);
    writeFileSync(path, JSON.stringify(publicKeySet([otherKey, key])));
    expect(verdict(await authenticated(authenticator, text, now + 1_000))).toBe("authenticated");
  });

  test.for([
    ["{", "holds no JSON"],
    ["{}", "no JSON Web Key Set"],
    [JSON.stringify({ keys: [key] }), "no public key"],
  ] as const)("are refused to begin with: %s", ([text, message]) => {
    expect(() => keysFrom(file("bad.json", text))).toThrow(message);
  });

  test("are somewhere", () => {
    expect(() => keysFrom(join(folder, "nowhere"))).toThrow("cannot read");
    expect(() => keysFrom("http://id.example.com/jwks")).toThrow("https URL");
  });
});

describe("a table of development clients", () => {
  const env = { SECRET: "s" };
  const table = (row: unknown): string => JSON.stringify({ clients: { laptop: row } });

  test("names the variables that hold the secrets", () => {
    const path = file("clients.json", table({ secretFrom: "SECRET", roles: ["dev"], attributes: { team: "core" } }));
    expect(developmentClientsIn(path, env)).toEqual({
      laptop: { secret: "s", roles: ["dev"], attributes: { team: "core" } },
    });
  });

  // biome-ignore format: table
  test.for([
    ["[]",                                                     "has no table of `clients`"],
    [table(1),                                                 "is no record"],
    [table({ secret: "s", roles: [] }),                        "has the field `secret`"],
    [table({ roles: [] }),                                     "which variable holds its secret"],
    [table({ secretFrom: "SECRET", roles: "dev" }),            "has no list of `roles`"],
    [table({ secretFrom: "SECRET", roles: [], attributes: 1 }), "that are no record"],
    [table({ secretFrom: "OTHER", roles: [] }),                "takes its secret from OTHER, which is not set"],
  ] as const)("%s", ([text, message]) => {
    expect(() => developmentClientsIn(file("clients.json", text), env)).toThrow(message);
  });
});
