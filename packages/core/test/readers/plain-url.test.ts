import fc from "fast-check";
import { expect, test } from "vitest";
import { read } from "../../src/index.ts";

const piece = fc.constantFrom(
  "http://", "https://", "ftp://", "HTTP://", "a", "example.org", "EXAMPLE.org", "xn--bcher-kva", "1.2.3.4", "01.2.3.4", "256.1.1.1", "0x7f",
  "1", ".", "..", "-", "--", "_", "/", "//", "/a", "/.", "/..", "/%2e", "?", "?a=b", "&c=%20", "#f", "@", ":80", ":443", "\\", "ü", "~", " ", "[::1]", "*", "'",
); // biome-ignore format: a list of words
const text = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join("")),
  fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `https://${pieces.join("")}`),
  fc
    .tuple(fc.constantFrom("http", "https"), fc.domain(), fc.webPath())
    .map(([scheme, host, path]) => `${scheme}://${host}${path}`),
);

/** What the URL standard's own parser says, without any short cut. */
function byParser(source: string): object | undefined {
  const parsed = URL.parse(source);
  if (parsed === null || parsed.username !== "" || parsed.password !== "") return undefined;
  const { href, hostname: host, search } = parsed;
  return { href, host, scheme: parsed.protocol.slice(0, -1), query: search.slice(1), path: parsed.pathname };
}

test("URLs that need no parsing are read as the parser reads them", () => {
  let readable = 0;
  fc.assert(
    fc.property(text, (source) => {
      const value = read({ kind: "url" }, source, undefined) as Record<string, unknown> | undefined;
      const expected = byParser(source) as Record<string, unknown> | undefined;
      expect(value === undefined, source).toBe(expected === undefined);
      if (value === undefined || expected === undefined) return;
      readable += 1;
      for (const part of ["href", "host", "scheme", "query"])
        expect(value[part], `${part} of ${source}`).toBe(expected[part]);
      if (String(expected["path"]).startsWith("/")) expect(value["path"], source).toBe(expected["path"]);
      const { port } = URL.parse(source)!;
      if (port !== "") expect(value["port"]).toBe(Number(port));
      if (port === "" && (value["scheme"] === "http" || value["scheme"] === "https"))
        expect(value["port"]).toBe(value["scheme"] === "http" ? 80 : 443);
    }),
    { numRuns: 20_000 },
  );
  expect(readable).toBeGreaterThan(2_000);
});

test("hosts that need no parsing are read as the parser reads them", () => {
  const host = fc.array(fc.constantFrom("a", "b", "1", "0", "9", "255", "x", ".", ".", "-", "_", "xn--", "A", "0x"), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(host, (pieces) => {
      const source = pieces.join("");
      const value = read({ kind: "domain" }, source, undefined);
      if (value === undefined) return;
      const parsed = URL.parse(`http://${source}/`)?.hostname;
      expect(value, source).toBe(parsed?.endsWith(".") ? parsed.slice(0, -1) : parsed);
    }),
    { numRuns: 20_000 },
  );
});
