import type { Span } from "@mcpolicy/diagnostics";
import fc, { type Arbitrary } from "fast-check";
import type * as ast from "../src/ast.ts";
import { hiddenCharacter } from "../src/hidden-characters.ts";
import { dateValue, durationValue, numberValue } from "../src/literals.ts";
import { isHardWord, keywords, neverAlone } from "../src/tokens.ts";

/** Random syntax trees of every sort of node, such as a parser could have made. Spans are all the same. */
const span: Span = { file: "random", start: 0, end: 0 };

type Made<Node> = Arbitrary<Node>;

function node<T extends object>(shape: { [Key in keyof Omit<T, "span">]: Arbitrary<T[Key]> }): Made<T> {
  return fc.record(shape as never).map((made) => ({ ...(made as object), span }) as T);
}

const constant = <T>(value: T): Arbitrary<T> => fc.constant(value);

// ---------------------------------------------------------------- words, texts

/** Soft words that would read as something else at some of the places where the trees below put names. */
const excluded = new Set(
  "resource prompt completion sampling elicitation roots everything except of caller distinct id open by with since".split(
    " ",
  ),
);
const softWords = [...keywords.keys()].filter((each) => !isHardWord(each) && !excluded.has(each));

const plainName = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}(-[A-Za-z0-9_]{1,4})?$/)
  .filter((text) => !keywords.has(text));
const identText = fc.oneof(
  { weight: 4, arbitrary: plainName },
  { weight: 1, arbitrary: fc.constantFrom(...softWords) },
);
const wordText = fc.oneof(
  { weight: 3, arbitrary: plainName },
  { weight: 1, arbitrary: fc.constantFrom(...keywords.keys()) },
);
const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom('"', "\\", "\n", "\r\n", "\t", "\u202e", "//", "a\\*b", "{principal.team}", "**/.env*"),
);

const name: Made<ast.Name> = node({ text: identText });
const groupName: Made<ast.Name> = node({
  text: fc
    .array(identText, { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join(":"))
    .filter((text) => !neverAlone.has(text)),
});
const text: Made<ast.Text> = node({ value: anyText });
const bareWord: Made<ast.Word> = node({ text: wordText, quoted: constant(false) });
const quotedWord: Made<ast.Word> = node({ text: anyText, quoted: constant(true) });
const key: Made<ast.Word> = fc.oneof({ weight: 4, arbitrary: bareWord }, { weight: 1, arbitrary: quotedWord });
const wild: Made<ast.Word> = node({
  text: fc.constantFrom("*", "read_*", "*_file", "*-*x", "get_*_by_*", "to*", "in_*"),
  quoted: constant(false),
});
const toolName: Made<ast.Word> = fc.oneof(key, wild);

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom("0", "10_000", "1KB", "1KiB", "3MB", "4MiB", "1GB", "2GiB", "1.5", "-0.25", "-7"),
);
const numberLiteral: Made<ast.NumberLiteral> = numberText.map((image) => ({
  kind: "number",
  value: numberValue(image)!,
  text: image,
  span,
}));
const duration: Made<ast.Duration> = fc
  .tuple(fc.nat(1000), fc.constantFrom("s", "m", "h", "d"))
  .map(([amount, unit]) => `${amount}${unit}`)
  .map((image) => ({ kind: "duration", value: durationValue(image)!, text: image, span }));
const date: Made<ast.DateLiteral> = fc
  .constantFrom("2026-01-31", "2024-02-29", "0001-01-01", "2026-12-31T23:59Z", "1999-05-05T05:05:05Z")
  .map((image) => ({ kind: "date", value: dateValue(image)!, text: image, span }));
const regex: Made<ast.RegexLiteral> = fc
  .constantFrom("a", "[A-Z]+-[0-9]+", "[/]", "a\\/b", "\\\\", "(x|y){2,3}", "[^\\]]", "é", " ", "'", '"')
  .map((source) => ({ kind: "regex", source, span }));
const stringLiteral: Made<ast.StringLiteral> = node({ kind: constant("string"), value: anyText });

// ----------------------------------------------------------------- expressions

interface Recursive {
  readonly expression: ast.Expression;
  /** What stands where the grammar says Path. */
  readonly path: ast.Expression;
  readonly events: ast.Events;
  readonly operation: ast.Operation;
  readonly type: ast.TypeExpression;
  readonly atom: ast.TypeExpression;
  readonly record: ast.RecordType;
}

/** The expressions with one shape each. */
const expressions = fc.letrec<Recursive>((tie: fc.LetrecTypedTie<Recursive>): fc.LetrecValue<Recursive> => {
  const inner = tie("expression");
  const root = node<Extract<ast.Expression, { kind: "name" }>>({
    kind: constant("name"),
    name: node({
      text: fc.oneof(identText, fc.constantFrom("principal", "context", "data", "result", "args", "tool")),
    }),
  });
  const list: Made<ast.ListExpression> = node({ kind: constant("list"), items: fc.array(inner, { maxLength: 4 }) });
  const binary = (operator: Arbitrary<string>, right: Arbitrary<ast.Expression>): Made<ast.Expression> =>
    node<ast.Binary>({ kind: constant("binary"), operator, operatorSpan: constant(span), left: inner, right });
  const range: Made<ast.Expression> = node<Extract<ast.Expression, { kind: "range" }>>({
    kind: constant("range"),
    low: inner,
    high: inner,
  });
  const parts = fc.array(inner, { minLength: 2, maxLength: 3 });
  const verb = fc.constantFrom<ast.EventVerb>("attempted", "called", "completed");
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthIdentifier: "expression" },
      root,
      stringLiteral,
      numberLiteral,
      duration,
      date,
      regex,
      fc.boolean().map((value) => ({ kind: "bool", value, span }) as const),
      constant({ kind: "null", span } as const),
      list,
      fc.record({ kind: fc.constantFrom("and" as const, "or" as const), parts, span: constant(span) }),
      node<Extract<ast.Expression, { kind: "not" }>>({ kind: constant("not"), part: inner }),
      node<ast.Quantifier>({ kind: fc.constantFrom("every", "some"), variable: name, list: inner, body: inner }),
      node<Extract<ast.Expression, { kind: "has" }>>({ kind: constant("has"), path: tie("path") }),
      node<Extract<ast.Expression, { kind: "carries" }>>({ kind: constant("carries"), label: name }),
      node<Extract<ast.Expression, { kind: "happened" }>>({ kind: constant("happened"), verb, events: tie("events") }),
      binary(
        fc.constantFrom("==", "!=", "<", "<=", ">", ">=", "contains", "starts with", "ends with", "subset of"),
        inner,
      ),
      binary(fc.constantFrom("like", "runs", "invokes", "under", "matches", "+", "-", "*"), inner),
      binary(constant("in"), fc.oneof(inner, range)),
      binary(constant("in domain"), stringLiteral),
      node<Extract<ast.Expression, { kind: "test" }>>({
        kind: constant("test"),
        operator: wordText.map((each) => `is ${each}`),
        operand: inner,
      }),
      node<Extract<ast.Expression, { kind: "default" }>>({ kind: constant("default"), value: inner, fallback: inner }),
      node<Extract<ast.Expression, { kind: "call" }>>({
        kind: constant("call"),
        function: name,
        operands: fc.array(inner, { maxLength: 3 }),
      }),
      node<Extract<ast.Expression, { kind: "member" }>>({ kind: constant("member"), of: inner, key }),
      node<Extract<ast.Expression, { kind: "index" }>>({ kind: constant("index"), of: inner, key: inner }),
      node<Extract<ast.Expression, { kind: "count" }>>({
        kind: constant("count"),
        distinct: fc.option(inner, { nil: undefined }),
        verb: fc.option(verb, { nil: undefined }),
        events: tie("events"),
      }),
      node<Extract<ast.Expression, { kind: "sum-over" }>>({
        kind: constant("sum-over"),
        value: inner,
        events: tie("events"),
      }),
      node<Extract<ast.Expression, { kind: "sum-for" }>>({
        kind: constant("sum-for"),
        value: inner,
        variable: name,
        list: inner,
      }),
    ),
    path: fc
      .tuple(root, key, fc.array(fc.oneof(key, inner), { maxLength: 2 }))
      .map(([base, first, rest]) =>
        [first, ...rest].reduce<ast.Expression>(
          (of, step) =>
            "kind" in step
              ? { kind: "index", of, key: step, span }
              : { kind: "member", of, key: step as ast.Word, span },
          base,
        ),
      ),
    events: node<ast.Events>({
      operation: tie("operation"),
      byAnyone: fc.boolean(),
      with: fc.option(inner, { nil: undefined }),
      since: fc.option(fc.record({ operation: tie("operation"), with: fc.option(inner, { nil: undefined }) }), {
        nil: undefined,
      }),
      last: duration,
    }),
    operation: fc.oneof(
      fc.record({
        kind: constant("tool" as const),
        server: fc.oneof(name, constant("*" as const)),
        tool: toolName,
        span: constant(span),
      }),
      fc.record({ kind: constant("resource" as const), server: name, glob: text, span: constant(span) }),
      fc.record({ kind: constant("prompt" as const), server: name, prompt: toolName, span: constant(span) }),
      fc.record({
        kind: fc.constantFrom("completion" as const, "sampling" as const, "elicitation" as const, "roots" as const),
        server: name,
        span: constant(span),
      }),
      fc.record({
        kind: constant("everything" as const),
        server: fc.option(name, { nil: undefined }),
        span: constant(span),
      }),
      fc.record({ kind: constant("capability" as const), name: groupName, span: constant(span) }),
    ),
    type: fc.oneof(
      { maxDepth: 4, depthIdentifier: "type" },
      tie("atom"),
      fc.record({
        kind: constant("union" as const),
        members: fc.array(tie("atom"), { minLength: 2, maxLength: 3 }),
        span: constant(span),
      }),
    ),
    atom: fc.oneof(
      { maxDepth: 4, depthIdentifier: "type" },
      fc.record({
        kind: constant("named" as const),
        name: fc.oneof(name, node<ast.Name>({ text: constant("null") })),
        of: fc.option(tie("type"), { nil: undefined, depthIdentifier: "type" }),
        span: constant(span),
      }),
      fc.record({ kind: constant("text" as const), value: anyText, span: constant(span) }),
      tie("record"),
    ),
    record: fc.record({
      kind: constant("record" as const),
      fields: fc.array(
        fc.record({
          name: key,
          optional: fc.boolean(),
          type: tie("type"),
          refinements: fc.array(
            fc.oneof(
              fc.record({
                kind: fc.constantFrom("size" as const, "range" as const),
                low: numberLiteral,
                high: numberLiteral,
                span: constant(span),
              }),
              fc.record({ kind: constant("matches" as const), regex, span: constant(span) }),
              fc.record({ kind: constant("like" as const), globs: inner, span: constant(span) }),
              fc.record({
                kind: fc.constantFrom("under" as const, "starts with" as const, "ends with" as const),
                text,
                span: constant(span),
              }),
              fc.record({ kind: constant("in" as const), list, span: constant(span) }),
              constant({ kind: "unique" as const, span }),
            ),
            { maxLength: 2 },
          ),
          claim: constant(undefined),
          onResult: fc.boolean(),
          ...lineParts(),
        }),
        { maxLength: 3 },
      ),
      open: fc.boolean(),
      closing: comments(),
      span: constant(span),
    }) as Made<ast.RecordType>,
  };
});

// ------------------------------------------------------------------------ lines

function commentText(): Arbitrary<string> {
  return (
    fc
      .oneof(
        fc.string({ maxLength: 10 }),
        fc.constantFrom("", "//////", "  indented", "/ slash", "allow anyone to *", '"', "}"),
      )
      .map((each) =>
        each
          .replace(hiddenCharacter, "")
          .replace(/[\n\t]/g, " ")
          .trimEnd(),
      )
      // One slash more would make it a documentation line.
      .filter((each) => !/^\/(?!\/)/.test(each) || each.startsWith("/ "))
  );
}

function comments(): Arbitrary<string[]> {
  return fc.oneof(
    { weight: 4, arbitrary: constant<string[]>([]) },
    { weight: 1, arbitrary: fc.array(commentText(), { maxLength: 2 }) },
  );
}

function lineParts() {
  return {
    docs: comments(),
    comments: comments(),
    trailing: fc.oneof({ weight: 4, arbitrary: constant(undefined) }, { weight: 1, arbitrary: commentText() }),
    span: constant(span),
  };
}

// ------------------------------------------------------------------- statements

const { expression, operation, record } = expressions;
const optional = <T>(made: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(made, { nil: undefined });

const operations: Made<ast.Operations> = node({
  include: fc.array(operation, { minLength: 1, maxLength: 3 }),
  except: fc.oneof(
    { weight: 3, arbitrary: constant<ast.Operation[]>([]) },
    { weight: 1, arbitrary: fc.array(operation, { maxLength: 2 }) },
  ),
});
const whoAtom: Made<ast.WhoAtom> = fc.oneof(
  constant({ kind: "anyone", span } as const),
  fc.record({
    kind: constant("role" as const),
    name: fc.oneof(quotedWord, node<ast.Word>({ text: identText, quoted: constant(false) })),
    span: constant(span),
  }),
  fc.record({ kind: constant("id" as const), id: text, span: constant(span) }),
);
const who: Made<ast.Who> = node({
  any: fc.array(whoAtom, { minLength: 1, maxLength: 3 }),
  except: fc.oneof(
    { weight: 3, arbitrary: constant<ast.WhoAtom[]>([]) },
    { weight: 1, arbitrary: fc.array(whoAtom, { maxLength: 2 }) },
  ),
});
const conditions = { when: optional(expression), unless: optional(expression) };
const clauses: Arbitrary<ast.Clause[]> = fc.uniqueArray(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("because" as const, "note" as const), text, span: constant(span) }),
    fc.record({
      kind: fc.constantFrom("from" as const, "until" as const, "review" as const),
      date,
      span: constant(span),
    }),
  ),
  { selector: ({ kind }) => kind, maxLength: 3 },
);
const duty: Made<ast.Duty> = fc.oneof(
  fc.record({
    kind: constant("approval" as const),
    from: fc.oneof(constant("caller" as const), who),
    span: constant(span),
  }),
  fc.record({ kind: fc.constantFrom("mfa" as const, "justification" as const), span: constant(span) }),
  fc.record({ kind: constant("duty" as const), name: text, span: constant(span) }),
);
const limitKey: Made<ast.LimitKey> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      "principal" as const,
      "client" as const,
      "tool" as const,
      "server" as const,
      "everyone" as const,
    ),
    span: constant(span),
  }),
  fc.record({ kind: constant("principal" as const), attribute: bareWord, span: constant(span) }),
);

const ruleParts = { shadow: fc.boolean(), name: optional(text), operations, ...conditions, clauses, ...lineParts() };

/** Statements of each kind. */
export const statements: { readonly [Kind in ast.Statement["kind"]]: Arbitrary<ast.Statement> } = {
  edition: fc.record({
    kind: constant("edition" as const),
    edition: fc.nat(9),
    ...lineParts(),
  }) as Arbitrary<ast.Statement>,
  import: fc.record({ kind: constant("import" as const), path: text, ...lineParts() }) as Arbitrary<ast.Statement>,
  narrows: fc.record({ kind: constant("narrows" as const), path: text, ...lineParts() }) as Arbitrary<ast.Statement>,
  server: fc
    .tuple(name, optional(fc.tuple(text, optional(text))), fc.boolean(), fc.record(lineParts()))
    .map(([each, from, trusted, parts]) => ({
      kind: "server",
      name: each,
      from: from?.[0],
      root: from?.[1],
      trusted,
      ...parts,
    })) as Arbitrary<ast.Statement>,
  principal: fc.record({ kind: constant("principal" as const), record, ...lineParts() }) as Arbitrary<ast.Statement>,
  context: fc.record({ kind: constant("context" as const), record, ...lineParts() }) as Arbitrary<ast.Statement>,
  data: fc.record({ kind: constant("data" as const), name, from: text, ...lineParts() }) as Arbitrary<ast.Statement>,
  let: fc.record({
    kind: constant("let" as const),
    name,
    parameters: optional(fc.array(name, { minLength: 1, maxLength: 3 })),
    value: expression,
    ...lineParts(),
  }) as Arbitrary<ast.Statement>,
  capability: fc.record({
    kind: constant("capability" as const),
    name: groupName,
    entries: fc.array(fc.record({ operations, ...conditions, ...lineParts() }), { maxLength: 4 }),
    closing: comments(),
    ...lineParts(),
  }) as Arbitrary<ast.Statement>,
  role: fc.record({
    kind: constant("role" as const),
    name: fc.oneof(quotedWord, node<ast.Word>({ text: identText, quoted: constant(false) })),
    members: fc.array(groupName, { maxLength: 4 }),
    ...lineParts(),
  }) as Arbitrary<ast.Statement>,
  check: fc.record({
    kind: constant("check" as const),
    ofResult: fc.boolean(),
    server: name,
    tool: toolName,
    record,
    ...lineParts(),
  }) as Arbitrary<ast.Statement>,
  assert: fc.record({
    kind: constant("assert" as const),
    name: optional(text),
    who,
    claim: fc.constantFrom("never", "always", "only with approval"),
    operations,
    ...conditions,
    ...lineParts(),
  }) as Arbitrary<ast.Statement>,
  token: settings("token"),
  audit: settings("audit"),
  network: settings("network"),
  allow: fc.record({ kind: constant("allow" as const), who, ...ruleParts }) as Arbitrary<ast.Statement>,
  deny: fc.record({ kind: constant("deny" as const), who: optional(who), ...ruleParts }) as Arbitrary<ast.Statement>,
  "deny-result": fc.record({
    kind: constant("deny-result" as const),
    who: constant(undefined),
    ...ruleParts,
  }) as Arbitrary<ast.Statement>,
  require: fc.record({
    kind: constant("require" as const),
    who: optional(who),
    duty,
    valid: optional(duration),
    ...ruleParts,
  }) as Arbitrary<ast.Statement>,
  limit: fc.record({
    kind: constant("limit" as const),
    who: optional(who),
    amount: numberLiteral,
    window: fc.oneof(
      constant({ kind: "at once" as const }),
      fc.record({ kind: constant("per" as const), of: optional(expression), duration }),
    ),
    keys: fc.array(limitKey, { minLength: 1, maxLength: 3 }),
    ...ruleParts,
  }) as Arbitrary<ast.Statement>,
  label: fc.record({
    kind: constant("label" as const),
    label: name,
    who: constant(undefined),
    duration,
    ...ruleParts,
    name: constant(undefined),
  }) as Arbitrary<ast.Statement>,
  redact: fc.record({
    kind: constant("redact" as const),
    who: constant(undefined),
    detectors: fc.array(name, { minLength: 1, maxLength: 3 }),
    ...ruleParts,
  }) as Arbitrary<ast.Statement>,
};

function settings(kind: ast.Settings["kind"]): Arbitrary<ast.Statement> {
  return fc.record({
    kind: constant(kind),
    server: kind === "network" ? name : constant(undefined),
    words: fc.array(
      fc.oneof(
        wordText.map((each) => ({ kind: "word", text: each, span }) as const),
        anyText.map((each) => ({ kind: "string", text: each, span }) as const),
        duration.map((each) => ({ kind: "duration", text: each.text, span }) as const),
        fc.constantFrom("," as const, "|" as const).map((each) => ({ kind: each, text: each, span })),
      ),
      { maxLength: 6 },
    ),
    ...lineParts(),
  }) as Arbitrary<ast.Statement>;
}

export const arbitraryExpression: Arbitrary<ast.Expression> = expression;

/** Policies of up to six statements. */
export const arbitraryPolicy: Arbitrary<ast.Policy> = fc.record({
  statements: fc.array(fc.oneof(...Object.values(statements)), { maxLength: 6 }),
  closing: comments(),
  span: constant(span),
});

/** A tree without its spans: what its text says. */
export function withoutSpans<T>(tree: T): T {
  return JSON.parse(
    JSON.stringify(tree, (name, value: unknown) => (name === "span" || name === "operatorSpan" ? undefined : value)),
  ) as T;
}
