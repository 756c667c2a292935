import type { Shape, Value } from "@mcpolicy/core";

/** A constant as a policy writes it, and values that a request may bring so that the constant matters. */
export interface Sample {
  readonly text: string;
  readonly near: readonly Value[];
}

const quote = (text: string): string => JSON.stringify(text);

function plainText(value: string, ...near: readonly Value[]): Sample {
  return { text: quote(value), near: [value, ...near] };
}

const strings: readonly Sample[] = [
  plainText("a", "ab", "A"),
  plainText("ab", "abc", "xab"),
  plainText("create", "append"),
  plainText("status", "status; rm -rf /"),
  plainText("Straße", "strasse"),
  plainText("core", "core-2"),
  plainText(""),
  plainText("DROP TABLE", "drop table x"),
];

const directories: readonly Sample[] = [
  plainText("/srv/data", "/srv/data/a.md", "/srv/database", "a/b.md", "/srv/data/../x"),
  plainText("/srv/data/a", "/srv/data/a/b c.md", "a/x", "/srv/data/a%20b", "./a"),
  plainText("/srv", "/srv/x", "//srv//x", "/", "~/.ssh/id"),
  plainText("/home/core", "/home/core/x", "/home//core/y/", "/home/core/%2e%2e/z"),
  plainText("/etc", "/etc/passwd", "/etc\\passwd"),
];

const globs: readonly Sample[] = [
  plainText("**/*.md", "/srv/data/a.md", "a/b/c.md", "/srv/data/a.mdx"),
  plainText("/srv/data/*", "/srv/data/x", "/srv/data/x/y"),
  plainText("**/.env*", "/srv/data/.env", "app/.env.local", "/srv/data/%2eenv"),
  plainText("/srv/data/{a,b}/**", "/srv/data/a/x", "/srv/data/c/x"),
  plainText("**/[a-c]?.txt", "/srv/data/bx.txt", "/srv/data/dx.txt"),
];

const urls: readonly Sample[] = [
  plainText("https://example.org/", "https://EXAMPLE.org:443/", "https://user:pw@example.org/", "https://example.com/"),
  plainText("https://api.acme.test/v1", "http://api.acme.test/v1", "https://acme.test.evil.test/", "no url"),
  plainText("http://127.0.0.1:8080/x", "http://2130706433:8080/x", "http://[::1]/", "http://169.254.169.254/"),
];

const addresses: readonly Sample[] = [
  plainText("10.1.2.3", "10.1.2.4", "::ffff:10.1.2.3"),
  plainText("192.168.1.7", "8.8.8.8", "1.2.3"),
  plainText("2001:db8::1", "2001:db9::1"),
];

const mails: readonly Sample[] = [
  plainText("a@example.com", "b@evil.test", "a@example.com, b@evil.test", "a@sub.example.com"),
];

const commands: readonly Sample[] = [
  plainText("git status", "git status --short", "git status; id", "x && git status", "git $X"),
  plainText("npm *", "npm test", "npm run x", "npm $(id)"),
  plainText("git log **", "git log", "git log a b", "git log --all"),
  plainText("ls -**", "ls -l a", "ls", "ls > x"),
];

/** One of each that finds, and what it finds and does not. */
const detectors: readonly Sample[] = [
  { text: "card", near: ["4111 1111 1111 1111", "pay 4111111111111111 now", "4111111111111112"] },
  { text: "iban", near: ["DE89 3704 0044 0532 0130 00", "to DE89370400440532013000.", "DE88370400440532013000"] },
  { text: "email-address", near: ["a@example.com", "to a@example.com", "a@b"] },
  { text: "ip-address", near: ["10.1.2.3", "at 2001:db8::1.", "1.2.3.4.5"] },
  { text: "/[a-c]{2}[0-9]/", near: ["ab1", "xab12", "abab"] },
];

const ints: readonly Sample[] = [0, 1, 5, 10, 100, -1].map((value) => ({
  text: String(value),
  near: [value, value + 1, value - 1],
}));
const numbers: readonly Sample[] = [
  ...ints,
  { text: "0.5", near: [0.5, 0.25, 1.5] },
  { text: "1KiB", near: [1024, 1000] },
];
const flags: readonly Sample[] = [
  { text: "true", near: [true] },
  { text: "false", near: [false] },
];

/** Constants that may stand where a shape is asked for. A shape that is left out takes no constant. */
export const samples: Readonly<Partial<Record<Shape, readonly Sample[]>>> = {
  bool: flags,
  int: ints,
  number: numbers,
  null: [{ text: "null", near: [null] }],
  string: strings,
  text: strings,
  name: [plainText("read_file"), plainText("fetch"), plainText("disk")],
  path: directories,
  "path!": directories,
  "path+": [...directories, listOf(directories, 2)],
  "glob+": [...globs, listOf(globs, 2)],
  url: urls,
  ip: addresses,
  mail: mails,
  words: commands,
  "command+": [...commands, listOf(commands, 3)],
  regex: [
    { text: "/[a-z]+/", near: ["abc", "aBc", ""] },
    { text: "/a.*b/", near: ["ab", "a\nb", "a😀b", "ba"] },
    { text: "/[0-9]{2,4}/", near: ["12", "1", "12345"] },
    { text: "/(ab|cd)+x?/", near: ["ab", "abcdx", "abx2"] },
  ],
  detector: detectors.filter(({ text }) => !text.startsWith("/")),
  "detector+": [...detectors, listOf(detectors, 2), listOf(detectors.toReversed(), 3)],
  domain: [
    { text: '"example.org"', near: ["https://example.org/", "https://www.example.org/a", "https://notexample.org/"] },
    { text: '"acme.test"', near: ["https://api.acme.test/", "https://acme.test./", "https://acme.test@evil.test/"] },
  ],
  cidr: [
    { text: '"10.0.0.0/8"', near: ["10.9.8.7", "11.0.0.1", "::ffff:10.0.0.1"] },
    { text: '"2001:db8::/32"', near: ["2001:db8::5", "2001:db9::"] },
  ],
  range: [
    { text: "1..10", near: [1, 10, 0, 11, 5] },
    { text: "0..100", near: [0, 100, 101, -1] },
  ],
  time: [{ text: "2026-06-01", near: ["2026-06-01T00:00:00Z", "2026-05-31T23:59:59Z", "yesterday"] }],
  duration: [
    { text: "30s", near: [30_000, 29_999] },
    { text: "1h", near: [3_600_000] },
  ],
  window: [{ text: '"mon-fri 09:00-18:00 Europe/Berlin"', near: [] }],
  "list<string>": [{ text: '["a", "ab", "core"]', near: ["a", "b", ["a"], ["a", "x"]] }],
  "list<any>": [{ text: '["a", "ab"]', near: ["a", "b"] }],
  "list<number>": [{ text: "[1, 5, 0.5]", near: [1, 5, 2, [1, 5]] }],
  "list<path>": [listOf(directories, 2)],
};

function listOf(from: readonly Sample[], count: number): Sample {
  const items = from.slice(0, count);
  return { text: `[${items.map(({ text }) => text).join(", ")}]`, near: items.flatMap(({ near }) => near) };
}

/** Texts that hit no constant on purpose, hostile ones among them. */
export const oddTexts: readonly string[] = [
  "",
  "x",
  "zz",
  "/",
  "..",
  "~",
  "/srv/data/\u0000",
  "%",
  "%zz",
  "\\",
  "__proto__",
  "constructor",
  "a\nb",
  "😀",
  "null",
  "10.1.2.3",
  "a@example.com",
  "https://example.org/",
  "git status",
  "2026-06-01T10:00:00Z",
];
