import { readFileSync } from "node:fs";
import { operators } from "@mcpolicy/core";
import { Source } from "@mcpolicy/diagnostics";
import type { ISerializedGast, TokenType } from "chevrotain";
import { describe, expect, test } from "vitest";
import type { Expression, Let } from "../src/ast.ts";
import { parse } from "../src/parse.ts";
import { serializedGrammar } from "../src/parser.ts";
import { grammarTokens, isHardWord, keywords, lexerTokens } from "../src/tokens.ts";
import { cstFile, cstTypes } from "./generate-cst.ts";

/** All tokens that a rule consumes or separates by. */
function usedTokens(): ReadonlySet<string> {
  const used = new Set<string>();
  const visit = (
    node: ISerializedGast & { readonly separator?: ISerializedGast; readonly definition?: ISerializedGast[] },
  ): void => {
    if (node.type === "Terminal") used.add((node as ISerializedGast & { readonly name: string }).name);
    if (node.separator !== undefined) visit(node.separator);
    node.definition?.forEach(visit);
  };
  for (const rule of serializedGrammar()) visit(rule);
  return used;
}

test("each token is used by some rule", () => {
  const used = usedTokens();
  const isUsed = (token: TokenType): boolean =>
    used.has(token.name) ||
    (token.CATEGORIES ?? []).some(
      (category) => category.name !== "Word" && category.name !== "Ident" && isUsed(category),
    );
  // A name is used as what it stands for; a hard word that no rule names would be reserved for nothing.
  expect(grammarTokens.filter((token) => !isUsed(token)).map((token) => token.name)).toEqual(["Name"]);
});

test("the lexer knows each token of the grammar", () => {
  const known = new Set(lexerTokens);
  expect(grammarTokens.filter((token) => !known.has(token))).toEqual([]);
});

test("the types of the concrete tree are those of the grammar", () => {
  // But for what the formatter of the repository changes.
  const plain = (text: string): string => text.replace(/[\s;,"()]/g, "");
  expect(plain(readFileSync(cstFile, "utf8"))).toBe(plain(cstTypes()));
});

/** The value of `let x = TEXT`, where the text is right. */
function expressionOf(text: string): Expression {
  const { policy, diagnostics } = parse(new Source("x.mcpolicy", `let x = ${text}`));
  expect(diagnostics, text).toEqual([]);
  return (policy.statements[0] as Let).value;
}

describe("each operator of the table can be written", () => {
  // biome-ignore format: table
  const shapes: Readonly<Record<string, (spelling: string) => readonly [text: string, operator: string]>> = {
    comparison: (spelling) => [`a ${spelling} "b"`,      spelling],
    test:       (spelling) => [`a ${spelling}`,          spelling],
    sum:        (spelling) => [`a ${spelling} 1`,        spelling],
    product:    (spelling) => [`a ${spelling} 2`,        spelling],
    function:   (spelling) => [`${spelling}(a)`,         spelling],
  };
  const rows = [
    ...new Map(operators.filter(({ level }) => level !== "logic").map((row) => [row.spelling, row])).values(),
  ];

  test("there are some", () => expect(rows.length).toBeGreaterThan(10));

  test.for(rows.map((row) => [row.spelling, row.level] as const))("%s (%s)", ([spelling, level]) => {
    const [text, operator] = shapes[level]!(spelling);
    const node = expressionOf(text);
    if (level === "function") expect(node).toMatchObject({ kind: "call", function: { text: operator } });
    else expect(node).toMatchObject({ kind: level === "test" ? "test" : "binary", operator });
  });
});

describe("after a dot, as a field and as a tool's name each word is free", () => {
  test.for([...keywords.keys()])("%s", (word) => {
    const text = [
      `check fs.${word} { ${word}: int ${word}?: int }`,
      `deny fs.${word}, *.${word} when args.${word}.${word} == 1 and has args.${word}`,
      `limit fs.a to 1 per 1h per principal.${word}`,
    ].join("\n");
    const { policy, diagnostics } = parse(new Source("x.mcpolicy", text));
    expect(diagnostics).toEqual([]);
    expect(policy.statements).toHaveLength(3);
  });
});

describe("a soft word names servers, roles, capabilities and variables; a hard one does not", () => {
  test.for([...keywords.keys()])("%s", (word) => {
    const text = `server ${word} untyped\nrole ${word} { ${word}:x }\nlet ${word} = 1`;
    const { diagnostics } = parse(new Source("x.mcpolicy", text));
    expect(diagnostics.map(({ code }) => code)).toEqual(isHardWord(word) ? expect.arrayContaining(["P0122"]) : []);
  });
});

describe("a keyword does not hide the name that it begins", () => {
  test.for([...keywords.keys()])("%s", (word) => {
    for (const name of [`${word}x`, `${word}_1`, `${word}-${word}`, `x-${word}`]) {
      expect(expressionOf(`${name}.y`)).toMatchObject({ kind: "member", of: { name: { text: name } } });
    }
  });
});
