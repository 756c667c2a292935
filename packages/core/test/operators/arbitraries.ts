import type { Shape, Value } from "@mcpolicy/core";
import fc from "fast-check";

const word = fc.constantFrom("a", "b", "ab", "-r", "x.md", ".env", "", "ä", "😀", "A");
const text = fc.oneof(word, fc.string({ unit: "grapheme", maxLength: 8 }), fc.string({ unit: "binary", maxLength: 8 }));
const path = fc
  .array(fc.constantFrom("a", "b", "ab", "x.md", ".env", "%20", "ä", "..", ""), { maxLength: 4 })
  .map((segments) => `/${segments.join("/")}`);
const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("10.0.0.1", "::ffff:10.0.0.1", "127.1"));
const url = fc.oneof(
  fc.webUrl(),
  address.map((host) => `http://${host.includes(":") ? `[${host}]` : host}/a`),
  text,
);
const instant = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-01-01") }).map((date) => date.toISOString()),
  fc.integer(),
);
const numbers = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger(), fc.double({ noNaN: true }));
const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Value>;
const scalar = fc.oneof(word, fc.integer({ min: 0, max: 2 }), fc.boolean(), fc.constant(null));
const list = (item: fc.Arbitrary<Value>): fc.Arbitrary<Value> => fc.array(item, { maxLength: 3 });
const oneDetector = fc.constantFrom<Value>("card", "email-address", { regex: "a" }, { regex: "[ab]{2}x" });

/** Values of which many, not all, can be read as the shape. */
// biome-ignore format: table
export const valuesOf: Readonly<Record<Shape, fc.Arbitrary<Value>>> = {
  bool: fc.boolean(),
  int: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger()),
  number: numbers,
  any: json, "any!": fc.oneof(text, list(scalar), json),
  record: fc.dictionary(word, json, { maxKeys: 2 }) as fc.Arbitrary<Value>,
  null: fc.constant(null),
  string: text, text, name: text,
  path, "path!": path, "path+": list(path),
  "glob+": list(fc.constantFrom("/**", "/a/*", "**/.env", "/{a,b}/?", "https://*/**")),
  url,
  ip: address,
  cidr: fc.constantFrom("10.0.0.0/8", "0.0.0.0/0", "::/0", "2000::/3", "127.0.0.0/8"),
  mail: fc.oneof(fc.emailAddress(), text),
  words: fc.oneof(fc.array(word, { maxLength: 4 }).map((words) => words.join(" ")), list(word)),
  "command+": list(fc.constantFrom("a", "a **", "* b", "a -**", "** b **")),
  domain: fc.oneof(fc.domain(), fc.constantFrom("example.org", "a.example.org", "localhost", "0x7f.1", "[::1]")),
  regex: fc.constantFrom("a*", "[ab]{1,2}", ".*", "[^a]|x"),
  time: instant,
  duration: fc.oneof(fc.constantFrom("30s", "5m", "1h", "7d"), fc.integer()),
  window: fc.constantFrom("mon-fri 09:00-18:00 Europe/Berlin", "sat,sun 22:00-06:00 UTC"),
  range: fc.tuple(numbers, numbers) as fc.Arbitrary<Value>,
  detector: oneDetector,
  "detector+": list(oneDetector),
  T: scalar,
  ordered: numbers,
  "list<T>": list(scalar), "list<any>": list(json), "list<string>": list(text),
  "list<number>": list(numbers), "list<path>": list(path),
};
