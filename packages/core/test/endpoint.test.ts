import { expect, test } from "vitest";
import { type Endpoint, endpointText, includes, meet, parseEndpoint, reaches } from "../src/endpoint.ts";

const read = (text: string): Endpoint => {
  const endpoint = parseEndpoint(text);
  expect(endpoint, text).toBeDefined();
  return endpoint!;
};

test.for([
  ["api.github.com:443", "api.github.com:443"],
  ["API.GitHub.com:443", "api.github.com:443"],
  ["*.Example.com:8443", "*.example.com:8443"],
  ["10.0.0.1:5432", "10.0.0.1:5432"],
  ["0x7f.1:80", "127.0.0.1:80"],
  ["[2001:DB8:0::1]:443", "[2001:db8::1]:443"],
  ["*:443", "*:443"],
  ["*", "*"],
] as const)("%s is %s", ([text, canonical]) => {
  expect(endpointText(read(text))).toBe(canonical);
  expect(read(canonical)).toEqual(read(text));
});

test.for([
  "",
  "a",
  "a:0",
  "a:080",
  "a:65536",
  "a:1:2",
  "a..b:1",
  ".a:1",
  "a.:1",
  "*a:1",
  "a.*:1",
  "*.*:1",
  "*.10.0.0.1:1",
  "*.:1",
  "**:1",
  "*:*",
  "a:*",
  "[::1:80",
  "::1:80",
  "https://a:1",
  "a/b:1",
  "a@b:1",
  "a b:1",
  "ä:1",
])("%s is none", (text) => expect(parseEndpoint(text)).toBeUndefined());

test.for([
  ["api.github.com:443", "api.github.com", 443, true],
  ["api.github.com:443", "api.github.com", 80, false],
  ["api.github.com:443", "x.api.github.com", 443, false],
  ["*.example.com:443", "a.example.com", 443, true],
  ["*.example.com:443", "a.b.example.com", 443, true],
  ["*.example.com:443", "example.com", 443, false],
  ["*.example.com:443", "badexample.com", 443, false],
  ["10.0.0.1:443", "10.0.0.1", 443, true],
  ["*:443", "10.0.0.1", 443, true],
  ["*:443", "a", 80, false],
  ["*", "a", 1, true],
] as const)("%s reaches %s:%d: %s", ([endpoint, host, port, expected]) => {
  expect(reaches(read(endpoint), host, port)).toBe(expected);
});

test.for([
  ["*", "*:443", true],
  ["*:443", "*", false],
  ["*:443", "*.a.com:443", true],
  ["*:443", "a.com:80", false],
  ["*.a.com:443", "b.a.com:443", true],
  ["*.a.com:443", "*.b.a.com:443", true],
  ["*.a.com:443", "*.a.com:443", true],
  ["*.a.com:443", "a.com:443", false],
  ["*.b.a.com:443", "*.a.com:443", false],
  ["a.com:443", "*.a.com:443", false],
  ["10.0.0.1:443", "10.0.0.1:443", true],
] as const)("%s includes %s: %s", ([wide, narrow, expected]) => {
  expect(includes(read(wide), read(narrow))).toBe(expected);
});

test.for([
  [["*"], ["a.com:443", "*.b.com:80"], ["a.com:443", "*.b.com:80"]],
  [["*.a.com:443"], ["b.a.com:443", "b.a.com:80", "c.com:443"], ["b.a.com:443"]],
  [["*:443", "*:80"], ["*"], ["*:443", "*:80"]],
  [["*:443"], ["*.a.com:443", "a.com:80"], ["*.a.com:443"]],
  [["a.com:443"], [], []],
  [["*.a.com:443"], ["*.b.com:443"], []],
  [["a.com:443", "*.com:443"], ["*.com:443"], ["a.com:443", "*.com:443"]],
] as const)("%j and %j have %j in common", ([a, b, common]) => {
  const texts = (one: readonly string[], other: readonly string[]) =>
    meet(one.map(read), other.map(read)).map(endpointText);
  expect(texts(a, b)).toEqual(common);
  expect(texts(b, a).toSorted()).toEqual([...common].sort());
});
