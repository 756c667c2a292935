import fc from "fast-check";
import { expect, test } from "vitest";
import { compileGlob, plainTestOf, read } from "../../src/index.ts";

test.for([
  ["/w/a.md", "is", "/w/a.md"],
  ["/w/**", "below", "/w"],
  ["**/*.env", "ends", ".env"],
  ["**/id_rsa", "ends", "/id_rsa"],
  ["**/.git/**", "through", ".git"],
  ["**/.env*", "leaf", ".env"],
] as const)("on canonical paths %s is a plain test: %s %s", ([glob, kind, text]) => {
  expect(plainTestOf(glob)).toEqual({ kind, text });
});

test.for(["*.md", "/w/*", "/w/?", "**/{a,b}", "**", "a**", "/w/**/x", "[ab]"])("%s is none that is known", (glob) => {
  expect(plainTestOf(glob)).toBeUndefined();
});

const piece = fc.constantFrom(
  "/",
  "/w",
  "/.git",
  "/.env",
  "a",
  ".env",
  ".",
  "x.pem",
  "/id_rsa",
  "*",
  "**",
  "/**",
  "**/",
);
const path = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => `/${pieces.join("")}`);

/** The tests as a reader of the table would write them. */
const ask = {
  is: (of: string, text: string) => of === text,
  begins: (of: string, text: string) => of.startsWith(text),
  ends: (of: string, text: string) => of.endsWith(text),
  below: (of: string, text: string) => of === text || of.startsWith(`${text}/`),
  through: (of: string, text: string) => of.split("/").slice(1).includes(text),
  leaf: (of: string, text: string) => of.slice(of.lastIndexOf("/") + 1).startsWith(text),
} as const;

test("a plain test says of every canonical path what its glob says", () => {
  let plain = 0;
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.array(path, { minLength: 1, maxLength: 8 }),
      (glob, paths) => {
        const source = glob.join("");
        const test = plainTestOf(source);
        if (test === undefined) return;
        plain += 1;
        const compiled = compileGlob(source);
        if (!compiled.ok) throw new Error(`${source} is no glob`);
        for (const each of paths) {
          const canonical = read({ kind: "path" }, each, undefined);
          if (typeof canonical !== "string") continue;
          expect(ask[test.kind](canonical, test.text), `${source} on ${canonical}`).toBe(
            compiled.pattern.matches(canonical),
          );
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(plain).toBeGreaterThan(100);
});
