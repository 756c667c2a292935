import { posix } from "node:path";
import { operatorById, read, type Type, type Value } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { outsideData } from "./outside-data.ts";

/** The form of the files under `attack-strings`. */
interface Payloads {
  readonly groups: readonly { readonly id: string; readonly payloads: readonly string[] }[];
}

function testWith<T>(file: string, name: string, body: (content: T) => void): void {
  const content = outsideData<T>(file, name);
  test.runIf(content !== undefined)(name, () => body(content as T));
}

const root = "/srv/data";

/** The truth of `value SPELLING constant` by a row of the table; undefined where it is unknown. */
function truth(id: string, as: readonly [Type, Type], value: Value, constant: Value): Value | undefined {
  const operands = [read(as[0], value, root), read(as[1], constant, root)];
  if (operands[1] === undefined) throw new Error(`the constant ${JSON.stringify(constant)} is unreadable`);
  return operands[0] === undefined ? undefined : operatorById(id).evaluate(...(operands as never[]));
}

const pathList: readonly [Type, Type] = [{ kind: "path" }, { kind: "list", element: { kind: "path" } }];
const isUnder = (text: string): Value | undefined => truth("under", pathList, text, [root]);

/** All that a text can turn into when it is decoded up to twice, and when `\` separates. */
function readings(text: string): readonly string[] {
  const decode = (of: string): string =>
    of.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const decoded = [text, decode(text), decode(decode(text))];
  return [...decoded, ...decoded.map((each) => each.replaceAll("\\", "/"))];
}

const leaves = (text: string): boolean => !`${posix.resolve(root, text)}/`.startsWith(`${root}/`);

describe("path traversal", () => {
  test.each([
    "../etc/passwd",
    "/srv/data/../etc/passwd",
    "/srv/data/..",
    "..",
    "/srv/database/x",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%2fetc%2fpasswd",
    "%252e%252e/etc",
    "..\\etc",
    "/srv/data/..\\..\\etc",
    "%c0%ae%c0%ae/etc/passwd",
    "..%c0%afetc",
    "/srv/data/x\u0000.md",
    "~/x",
    "~root/x",
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "C:/Windows/win.ini",
    "",
    "/",
    "....//....//etc/passwd/..",
    "..;/etc/passwd/..",
  ])("%j is never under the root", (payload) => {
    expect(isUnder(payload)).not.toBe(true);
  });

  test.each(["a", "a/b.md", "/srv/data", "/srv/data/", "/srv/data/...", "/srv//data/a", ".htaccess", "a/..b"])(
    "%j is",
    (payload) => {
      expect(isUnder(payload)).toBe(true);
    },
  );

  testWith<Payloads>(
    "attack-strings/path-traversal.json",
    "outside payloads that leave the root in any reading are denied",
    ({ groups }) => {
      const texts = groups.flatMap(({ payloads }) => payloads).map((text) => text.replaceAll("{FILE}", "etc/passwd"));
      expect(texts.length).toBe(952);
      const allowed = texts.filter((text) => isUnder(text) === true);
      expect(allowed.filter((text) => readings(text).some(leaves))).toEqual([]);
      expect(texts.filter(leaves).length).toBe(728);
      // What is left stays inside by every reading, with neither a control character nor an overlong encoding.
      console.info(
        `path-traversal: ${texts.length} run, ${allowed.length} allowed: ${JSON.stringify([...new Set(allowed)])}`,
      );
      expect(allowed.filter((text) => /[\u0000-\u001f\\]|%c0|%e0%80|%00/i.test(text))).toEqual([]);
      expect(allowed.length).toBe(17);
    },
  );

  testWith<Payloads>(
    "attack-strings/sensitive-files.json",
    "outside sensitive files are never under a root, with or without one",
    ({ groups }) => {
      const texts = groups.flatMap(({ payloads }) => payloads);
      expect(texts.length).toBeGreaterThan(250);
      const under = texts.filter((text) => {
        const value = read({ kind: "path" }, text, undefined);
        return value !== undefined && operatorById("under").evaluate(...([value, [root]] as never[])) === true;
      });
      expect(under).toEqual([]);
    },
  );
});

describe("commands", () => {
  const asRuns: readonly [Type, Type] = [{ kind: "words" }, { kind: "list", element: { kind: "command" } }];
  const runs = (text: Value, ...patterns: string[]): Value | undefined => truth("runs", asRuns, text, patterns);

  // biome-ignore format: table
  test.each([
    ["git log", ["git log **"], true], ["git log a b", ["git log **"], true], ["git log -p", ["git log **"], false],
    ["git log a -p b", ["git log **"], false], ["git log a -p b", ["git log -**"], true], ["git", ["git -**"], true],
    ["git log a b", ["git ** b"], true], ["git log a b c", ["git ** b"], false], ["git -x b", ["git ** b"], false],
    ["npm run build", ["npm run *"], true], ["npm run", ["npm run *"], false], ["npm run a b", ["npm run *"], false],
    ["cat a/b", ["cat *"], false], ["cat a/b", ["cat **"], true], ["cat x.md", ["cat *.{md,txt}"], true],
    ["npm 'test'", ["npm test"], true], ["npm test", ["npm install", "npm test"], true], ["npmtest", ["npm test"], false],
    ["a b c d e", ["** c **"], true], ["ls ./x", ["ls ./x"], true], [["git", "log", "a;b"], ["git log **"], true],
    ["git log; rm -rf /", ["git log -**"], undefined], ["git log $(rm x)", ["git log -**"], undefined],
    ["rm /w/../x", ["rm /w/**"], undefined], ["rm /w/./x", ["rm /w/**"], undefined], ["ls ..", ["ls *"], undefined],
    [["rm", "/w/x/.."], ["rm /w/?/**"], undefined], ["rm /w/... x..", ["rm /w/** *"], true], ["rm ../x", ["mv *"], false],
    ["rm ../x", ["rm *", "rm ../x"], true], ["rm ../x y", ["rm *"], false], ["rm ../x", ["rm **"], true],
  ] as const)("%j runs %j is %j", (text, patterns, wanted) => {
    expect(runs(text as Value, ...patterns)).toBe(wanted);
  });

  // A matcher that tries again at each wildcard would not end.
  test("many wildcards over a long command", () => {
    expect(runs(`x ${"a ".repeat(20_000)}b`, `x ${"** ".repeat(20)}c`)).toBe(false);
  });

  testWith<Payloads>(
    "attack-strings/command-injection.json",
    "outside payloads after an allowed command run nothing but it",
    ({ groups }) => {
      const texts = groups.flatMap(({ payloads }) => payloads);
      const allowed = texts.filter((payload) => runs(`git status${payload}`, "git status", "git status **") === true);
      console.info(`command-injection: ${texts.length} run, ${allowed.length} allowed: ${JSON.stringify(allowed)}`);
      expect([texts.length, allowed.length]).toEqual([496, 0]);
    },
  );
});

describe("commands that must not run", () => {
  const programs = [
    "cat",
    "curl",
    "dir",
    "echo",
    "id",
    "ls",
    "nc",
    "netstat",
    "perl",
    "ping",
    "sleep",
    "uname",
    "wget",
    "whoami",
  ];
  const patterns = programs.map((program) => `{${program},**/${program}} -**`);
  const asInvokes: readonly [Type, Type] = [{ kind: "string" }, { kind: "list", element: { kind: "command" } }];
  const invokes = (text: string): Value | undefined => truth("invokes", asInvokes, text, patterns);

  /** Whether one of the programs stands behind an operator, judged by the text alone: quoted and escaped parts aside. */
  function runsOne(text: string): boolean {
    const bare = text.replace(/'[^']*'|\\[^\n]|"(?:[^"$`\\]|\\.)*"/g, "q");
    return new RegExp(`[;&|\n(\`]\\s*(?:/[a-z/]*/)?(?:${programs.join("|")})(?:[\\s;&|()<>]|$)`).test(bare);
  }

  // biome-ignore format: table
  test.each([
    ["ls", true], ["/usr/bin/id", true], ["git status|id", true], ["git status;id;", true], ["git status\nid", true],
    ["git status `id`", true], ["git status $(id)", true], ["git status & ping -i 30 x", true], ["git status 'x' ;id", true],
    ["git status ';id;'", false], ["git status idle", false], ["git status \\;id", false], ["git status \\\\;id", true],
    ["git status \"$(id)\"", undefined], ["git status ';id", undefined], ["$SHELL -c id", undefined],
  ] as const)("%j invokes one of them is %j", (text, wanted) => {
    expect(invokes(text)).toBe(wanted);
  });

  testWith<Payloads>(
    "attack-strings/command-injection.json",
    "outside payloads that run a program behind an allowed command are found",
    ({ groups }) => {
      const payloads = groups.flatMap((group) => group.payloads);
      const texts = payloads.flatMap((payload) => [
        `git status ${payload}`,
        `git log '${payload}`,
        `git log "${payload}"`,
      ]);
      const found = new Map(texts.map((text) => [text, invokes(text)]));
      expect(texts.filter((text) => runsOne(text) && found.get(text) === false)).toEqual([]);
      const count = (wanted: Value | undefined): number => texts.filter((text) => found.get(text) === wanted).length;
      console.info(
        `command-injection: ${texts.length} texts; found ${count(true)}, unknown ${count(undefined)}, nothing of it run ${count(false)}`,
      );
      expect(texts.filter(runsOne).length).toBeGreaterThan(200);
    },
  );
});

describe("private addresses in many spellings", () => {
  const isPrivate = (text: string): Value | undefined => {
    const value = read({ kind: "url" }, text, undefined);
    return value === undefined ? undefined : operatorById("is-private-url").evaluate(...([value] as never[]));
  };

  test.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://%31%32%37.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://printer.local/",
    "http://intranet/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[fec0::1]/",
    "http://[2001:db8::1]/",
    "http://10.255.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://metadata.google.internal/",
    "http://metadata/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "file:///etc/passwd",
    "foo://127.0.0.1/",
    "foo://LOCALHOST/",
    "foo://0x7f.1/",
    "http://a\u00adb.localhost/",
    "mailto:x",
  ])("%s is private", (text) => {
    expect(isPrivate(text)).toBe(true);
  });

  test.each([
    "https://example.org/",
    "https://8.8.8.8/",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://11.0.0.1/",
    "https://[2606:4700::1111]/",
    "https://localhost.example.org/",
    "https://169.254.169.254.example.org/",
    "https://local.example/",
  ])("%s is public", (text) => {
    expect(isPrivate(text)).toBe(false);
  });

  test.each(["http://user@127.0.0.1/", "http://256.256.256.256/", "127.0.0.1", "http://[::1", "http://a b/"])(
    "%s is unknown",
    (text) => {
      expect(isPrivate(text)).toBeUndefined();
    },
  );
});

describe("hosts", () => {
  const inDomain = (host: string, domain: string): Value | undefined =>
    truth("in-domain", [{ kind: "domain" }, { kind: "domain" }], host, domain);

  // biome-ignore format: table
  test.each([
    ["example.org", "example.org", true], ["a.b.example.org", "example.org", true], ["EXAMPLE.org.", "example.org", true],
    ["badexample.org", "example.org", false], ["example.org.evil.test", "example.org", false], ["org", "example.org", false],
    ["еxample.org", "example.org", false], ["ｅxample.org", "example.org", true], ["1.0.0.127", "0.0.127", undefined],
    ["example.org@evil.test", "example.org", undefined], ["example.org:443", "example.org", undefined],
  ] as const)("%j in domain %j is %j", (host, domain, wanted) => {
    if (domain === "0.0.127") expect(read({ kind: "domain" }, domain, undefined)).toBe("0.0.0.127");
    else expect(inDomain(host, domain)).toBe(wanted);
  });

  testWith<readonly (string | UrlCase)[]>(
    "url-parsing/urltestdata.json",
    "outside URLs have the host that the standard wants, or are unknown",
    (cases) => {
      const rows = cases.filter((row): row is UrlCase => typeof row !== "string" && (row.base ?? null) === null);
      const differences = rows.filter((row) => {
        const url = read({ kind: "url" }, row.input, undefined) as { readonly host?: string } | undefined;
        const isRefused = row.failure === true || (row.username ?? "") !== "" || (row.password ?? "") !== "";
        return isRefused ? url !== undefined : url?.host !== row.hostname;
      });
      console.info(
        `urltestdata: ${rows.length} without a base run, ${differences.length} differ, on Node ${process.version}`,
      );
      expect(differences).toEqual([]);
      expect(rows.length).toBeGreaterThan(300);
    },
  );
});

interface UrlCase {
  readonly input: string;
  readonly base?: string | null;
  readonly failure?: boolean;
  readonly hostname?: string;
  readonly username?: string;
  readonly password?: string;
}
