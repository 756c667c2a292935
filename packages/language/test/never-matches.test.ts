import { describe, expect, test } from "vitest";
import { pinsFromListing } from "../src/pins.ts";
import { checkText } from "./checked.ts";

const pins = JSON.stringify(
  pinsFromListing({
    tools: [
      {
        name: "find",
        inputSchema: {
          type: "object",
          properties: {
            key: { type: "string", pattern: "^[A-Z]+-[0-9]+$" },
            short: { type: "string", maxLength: 3 },
            long: { type: "string", minLength: 5 },
            mode: { type: "string", enum: ["fast", "deep"] },
            modes: { type: "array", items: { type: "string", enum: ["fast", "deep"] } },
            where: { type: "string" },
            file: { type: "string" },
          },
          required: ["key", "short", "long", "mode", "modes", "where", "file"],
        },
      },
    ],
  }),
);

/** The patterns that match nothing, as they are called in the messages. */
function dead(condition: string, rule = "deny db.find when"): readonly string[] {
  const { diagnostics } = checkText(`server db from "db.json"\n${rule} ${condition}`, { "db.json": pins });
  const errors = diagnostics.filter((each) => each.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((each) => `${each.code} ${each.message}`).join("\n"));
  return diagnostics.filter((each) => each.code === "P0414").map((each) => each.message.split(" matches")[0]!);
}

describe("a pattern that can match nothing", () => {
  test.for([
    ['args.file like "*.env"', ['`"*.env"`']],
    ['args.file like ["*.env", "**/*.env", "src/**"]', ['`"*.env"`', '`"src/**"`']],
    ['args.file like "/w/"', ['`"/w/"`']],
    ['args.file like "/w//x"', ['`"/w//x"`']],
    ['args.file like "/w/a%2Fb"', ['`"/w/a%2Fb"`']],
    ['some p in paths(args): p like "*.env"', ['`"*.env"`']],
    ['path(args.where) like "*.env"', ['`"*.env"`']],
    ['url(args.where) like "https://example.org"', ['`"https://example.org"`']],
    ['url(args.where) like "HTTPS://example.org/**"', ['`"HTTPS://example.org/**"`']],
    ['url(args.where).scheme in ["https", "http:"]', ['`"http:"`']],
    ['lower(args.where) contains "DROP"', ['`"DROP"`']],
    ['args.mode starts with "f-"', ['`"f-"`']],
    ["args.mode matches /[a-z]{5,}/", ["`/[a-z]{5,}/`"]],
    ['some m in args.modes: m ends with "er"', ['`"er"`']],
    ['args.key == "abc-1"', ['`"abc-1"`']],
    ['args.key starts with "ABC_"', ['`"ABC_"`']],
    ["args.short matches /[0-9]{4}/", ["`/[0-9]{4}/`"]],
    ['args.long == "four"', ['`"four"`']],
    ["args.where matches /a[^\\s\\S]/", ["`/a[^\\s\\S]/`"]],
    ['tool.name like "find_*"', ['`"find_*"`']],
    ['tool.server == "fs"', ['`"fs"`']],
    ['called db.find with (its.args.file like "x/**") in last 1h', ['`"x/**"`']],
  ] as const)("%s", ([condition, expected]) => {
    expect(dead(condition)).toEqual(expected);
  });

  test.for([
    'args.file like ["**/*.env", "/w/*", "/", "/w/\\\\*", "/w/%C3%A4/**", "{/a,/b}/*", "**"]',
    'args.file in ["/w/a/", "//w"]',
    'url(args.where) like ["https://example.org/**", "http://[[]::1[]]:8080/*", "file:///w/**", "**/*.md", "mailto:*"]',
    'url(args.where).scheme == "https" and url(args.where).host == "Example.org"',
    'lower(args.where) contains "drop"',
    'args.mode starts with "f"',
    "args.mode matches /fast|slow/",
    'some m in args.modes: m ends with "ep"',
    'args.key == "ABC-1" or args.key starts with "A" or args.key ends with "0" or args.key contains "-"',
    "args.short matches /[0-9]{3}/",
    'args.long == "fiver" and args.where == "four"',
    'tool.name like ["find*", "get_*"] and tool.server == "db"',
  ])("says nothing of %s", (condition) => {
    expect(dead(condition)).toEqual([]);
  });

  test("in a capability only where it is so in each rule", () => {
    const capability = 'capability c:d { *.find, *.read_file when tool.name == "find" }\nallow dev to c:d\n';
    expect(dead("", `${capability}allow dev to c:d except fs.read_file`)).toEqual([]);
  });

  test("of a tool of an untyped server: any name", () => {
    expect(dead('tool.name like "x*"', "deny un.* when")).toEqual([]);
    expect(dead('args.file like "x*"', "deny un.* when")).toEqual(['`"x*"`']);
  });

  test("among resources", () => {
    const rules = 'deny resource fs "w/**" deny resource fs "**/w" deny resource fs "file:///w/**" deny';
    expect(dead("", `${rules} db.find`)).toEqual(["this"]);
  });
});
