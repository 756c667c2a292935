import { describe, expect, test } from "vitest";
import { checkText, findings, preamble } from "./checked.ts";

const codes = (text: string): readonly string[] => findings(checkText(text)).map((each) => each.slice(0, 5));

describe("token, audit, network", () => {
  test("are carried as data, durations in milliseconds", () => {
    const { policy } = checkText(`
token { issuer "https://id.example.com" audience "https://mcp.example.com", "urn:x" algorithms EdDSA, ES256 lifetime at most 5m skew 30s }
audit { arguments hashed, results size }
network fs { connect "API.github.com:443", "*.example.com:443", "[::1]:8080", "*:80", "*", "api.github.com:443" }
network office { }`);
    expect(policy?.deployment).toEqual({
      token: {
        issuer: ["https://id.example.com"],
        audience: ["https://mcp.example.com", "urn:x"],
        algorithms: ["EdDSA", "ES256"],
        lifetime: 300_000,
        skew: 30_000,
      },
      audit: { arguments: "hashed", results: "size" },
      network: { fs: ["api.github.com:443", "*.example.com:443", "[::1]:8080", "*:80", "*"], office: [] },
    });
    expect(checkText("").policy?.deployment).toEqual({ network: {} });
  });

  test.for([
    'token { issuer "http://id.example.com" }',
    'token { issuer "https://a@b" }',
    "token { algorithms none }",
    "token { algorithms HS256 }",
    "token { algorithms EdDSA ES256 }",
    "token { lifetime 5m }",
    "token { lifetime at most 0s }",
    'token { skew "30s" }',
    "token { skew 61s }",
    'token { issuer "https://a" issuer "https://b" }',
    'token { issuer "https://a", "http://b" }',
    "token { isuer x }",
    "token { , }",
    "audit { arguments keys | hashed }",
    "audit { arguments }",
    "audit { arguments size }",
    'network fs { connect "a" }',
    'network fs { connect "a:0" }',
    'network fs { connect "a:65536" }',
    'network fs { connect "a:*" }',
    'network fs { connect "a..b:443" }',
    'network fs { connect "https://a:443" }',
    'network fs { connect "a:1" "b:2" }',
  ])("%s", (text) => {
    expect(codes(text)).toEqual(["P0226"]);
    expect(checkText(text).policy).toBeUndefined();
  });
});

describe("narrows", () => {
  const org = `${preamble}allow "org" dev to fs.*\nrequire mfa for fs.write_file`;

  test("checks the wider policy with names of its own", () => {
    const { policy, diagnostics } = checkText('narrows "org.mcpolicy"\nallow "own" dev to fs.read_file', {
      "org.mcpolicy": `${org}\nlet SAME = 1`,
    });
    expect(diagnostics.filter((each) => each.severity === "error")).toEqual([]);
    expect(policy?.rules.map((rule) => rule.id)).toEqual(["own"]);
    expect(policy?.narrows.map((each) => each.rules.map((rule) => rule.id))).toEqual([["org"]]);
    expect(policy?.narrows[0]?.requires).toHaveLength(1);
  });

  test("a policy that is named twice counts once", () => {
    const { policy } = checkText('narrows "org.mcpolicy"\nnarrows "org.mcpolicy"', { "org.mcpolicy": org });
    expect(policy?.narrows).toHaveLength(1);
  });

  test("an error in the wider policy builds nothing, and is said where it stands", () => {
    const checked = checkText('narrows "org.mcpolicy"', { "org.mcpolicy": `${org}\ndeny "x" fs.raed_file` });
    expect(checked.policy).toBeUndefined();
    expect(findings(checked)).toEqual(["P0201 raed_file"]);
    expect(checked.diagnostics.find((each) => each.code === "P0201")?.span.file).toBe("org.mcpolicy");
  });

  test("roots and trust may differ, pins may not", () => {
    const other = org.replace('root "/workspace"', 'root "/elsewhere"');
    expect(findings(checkText('narrows "org.mcpolicy"', { "org.mcpolicy": other }))).toEqual([]);
    const swapped = org.replace('"files.json"', '"office.json"').replaceAll("fs.write_file", "fs.send_mail");
    expect(findings(checkText('narrows "org.mcpolicy"', { "org.mcpolicy": swapped }))).toEqual([
      'P0225 "org.mcpolicy"',
    ]);
  });

  test("policies that narrow one another again and again are refused", () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `n${i}.mcpolicy`,
        `mcpolicy 1\n${i === 0 ? "" : `narrows "n${i - 1}.mcpolicy"\nnarrows "m${i - 1}.mcpolicy"`}`,
      ]),
    );
    const others = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name.replace("n", "m"), `${text}\n// another`]),
    );
    const found = findings(checkText('narrows "n11.mcpolicy"', { ...files, ...others }));
    expect(found.map((each) => each.slice(0, 5))).toContain("P0219");
  });
});
