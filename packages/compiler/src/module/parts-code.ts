import {
  type CallSort,
  type Code,
  type Dialect,
  dialectOf,
  dispatch,
  identifier,
  type JsonObject,
  joinCode,
  js,
  type LimitIr,
  type PolicyIr,
  type RuleHeadIr,
  type ServerIr,
} from "@mcpolicy/core";
import { type Emission, rootCode } from "../emission.ts";
import { markOf } from "../mark.ts";
import { engineCode } from "../to-javascript.ts";
import { checkedTools } from "./checked-tools.ts";
import type { Use } from "./kernel.ts";
import { hasReferences } from "./plain-schema.ts";
import { type SubjectRules, subjectsOf } from "./subjects.ts";
import { amountCode, type RuleScope, ruleCode, summedBy } from "./truth-code.ts";

/** Code of a function that gives the parts of one policy, without what it narrows (runtime, `embedded/parts.ts`). */
export function partsCode(ir: PolicyIr, use: Use): Code {
  const engine = engineCode(ir, dispatch(ir), false);
  const { emission, toolFacts } = engine;
  const subjects = subjectsOf(ir);
  const scope: RuleScope = { emission, servers: ir.servers, toolFacts };
  const isSomewhere = (is: (part: object) => boolean): boolean => subjects.some(({ rules }) => someWithin(rules, is));
  const optional = [
    ...(isSomewhere((part) => "root" in part && part.root === "tool") ? [js`facts: ${toolFacts()}`] : []),
    ...(isSomewhere(looksBack) ? [js`past: ${use("pastOf")}`] : []),
    ...(isSomewhere((part) => "shadow" in part && part.shadow === true) ? [js`shadow: ${use("inShadow")}`] : []),
  ];
  const writing: Writing = { scope, heads: headsCode(subjects, emission, use), use };
  const servers = ir.servers.map((server) => {
    const own = subjects.filter(({ subject }) => subject.server === server);
    return js`\n[${server.name}, ${serverCode(server, own, writing)}]`;
  });
  const parts = [
    js`roles: ${{ json: ir.roles }}`,
    js`principal: ${{ json: ir.principal }}`,
    js`servers: new Map([${servers}])`,
    js`permits`,
    js`stages: [${stagesOf(subjects).map(use)}]`,
    ...optional,
  ];
  const body = js`${joinCode(engine.lines, js`\n`)}
return { ${joinCode(parts, js`,\n`)} };`;
  const settings = engine.settings.flatMap(({ name, line }) => (isNamed(name, body) ? [line] : []));
  return js`() => {
${joinCode([...settings, body], js`\n`)}
}`;
}

/** Whether code names something. A text that does counts too. */
export function isNamed(name: string, code: Code): boolean {
  return new RegExp(`\\b${name}\\b`).test(code.text);
}

interface Writing {
  readonly scope: RuleScope;
  /** From a rule to the name of what is said of it. */
  readonly heads: (rule: RuleHeadIr) => Code;
  readonly use: Use;
}

/** What rules of a sort need, in the order in which stages are asked. */
const stages: readonly { readonly sort: CallSort; readonly name: string }[] = [
  { sort: "limit", name: "limitStage" },
  { sort: "require", name: "requireStage" },
  { sort: "label", name: "labelStage" },
  { sort: "redact", name: "redactStage" },
];

function stagesOf(subjects: readonly SubjectRules[]): readonly string[] {
  const sorts = new Set(
    subjects.flatMap(({ rules }) => rules.filter(({ rule }) => !rule.shadow).map(({ sort }) => sort)),
  );
  return stages.flatMap(({ sort, name }) => (sorts.has(sort) ? [name] : []));
}

/** Whether something within is so; what only looks like it counts too. */
function someWithin(part: unknown, is: (part: object) => boolean): boolean {
  return (
    typeof part === "object" && part !== null && (is(part) || Object.values(part).some((each) => someWithin(each, is)))
  );
}

function looksBack(part: object): boolean {
  return "kind" in part && (part.kind === "carries" || part.kind === "happened" || part.kind === "tally");
}

function limitOf(rule: RuleHeadIr): Partial<LimitIr> {
  return rule;
}

// ---------------------------------------------------------------------- heads

function headsCode(subjects: readonly SubjectRules[], emission: Emission, use: Use): Writing["heads"] {
  const names = new Map<RuleHeadIr, Code>();
  for (const { rule, sort } of subjects.flatMap(({ rules }) => rules)) {
    if (names.has(rule)) continue;
    const { id, place, because, note, shadow } = rule;
    const file = emission.made(js`${use("placeIn")}(${place.file})`);
    const said = { because, note, ...(shadow ? { shadow } : {}), ...saidOf(sort, rule) };
    const more = Object.entries(said).flatMap(([name, value]) =>
      value === undefined ? [] : [js`, ${identifier(name)}: ${{ json: value }}`],
    );
    const head = js`{ id: ${id}, place: ${file}(${place.line}, ${place.column})${joinCode(more, js``)} }`;
    names.set(rule, emission.made(js`\n${markOf(sort, rule)}\n${head}`));
  }
  return (rule) => names.get(rule) as Code;
}

/** What the stage of a rule asks of it. */
const asks: Readonly<Record<CallSort, readonly string[]>> = {
  allow: [],
  deny: [],
  require: ["duty", "valid"],
  limit: ["amount", "window", "keys"],
  label: ["label", "duration"],
  redact: [],
};

function saidOf(sort: CallSort, rule: RuleHeadIr): object {
  const said = Object.fromEntries(asks[sort].map((name) => [name, rule[name as keyof RuleHeadIr]]));
  const { window } = limitOf(rule);
  // What it sums is code.
  return window?.kind === "per" ? { ...said, window: { kind: window.kind, duration: window.duration } } : said;
}

// ------------------------------------------------------------------- subjects

function serverCode(server: ServerIr, subjects: readonly SubjectRules[], writing: Writing): Code {
  const made = subjects.map((each) => ({ subject: each.subject, code: subjectCode(each, writing) }));
  const named = (["tool", "prompt"] as const).flatMap((kind) => {
    const entries = made.flatMap(({ subject, code }) =>
      subject.kind === kind && subject.name !== undefined ? [js`\n[${subject.name}, ${code}]`] : [],
    );
    return entries.length === 0 ? [] : [js`${identifier(kind)}: new Map([${entries}])`];
  });
  const further = made.flatMap(({ subject, code }) =>
    subject.name === undefined ? [js`${identifier(subject.kind)}: ${code}`] : [],
  );
  const checkers = checkedTools(server, subjects).map(
    ([name, schema]) => js`\n[${name}, () => ${checkerCode(schema, server, writing.use)}]`,
  );
  const fields = [
    ...(server.root === undefined ? [] : [js`root: ${server.root}`]),
    ...(server.untyped ? [js`untyped: true`] : []),
    ...named,
    ...(further.length === 0 ? [] : [js`further: { ${further} }`]),
    ...(checkers.length === 0 ? [] : [js`checkers: new Map([${checkers}])`]),
  ];
  return js`{ ${fields} }`;
}

function subjectCode(each: SubjectRules, writing: Writing): Code {
  return js`[${each.rules.map((rule) => speakingCode(rule, each, writing))}]`;
}

function speakingCode(
  speaking: SubjectRules["rules"][number],
  { subject }: SubjectRules,
  { scope, heads, use }: Writing,
): Code {
  const { sort, rule } = speaking;
  const { truth, before, behind } = ruleCode(speaking, subject, scope);
  const isEnforced = !rule.shadow;
  const hasList = subject.kind === "tool" || subject.kind === "prompt";
  const further = [
    isEnforced && hasList && (sort === "allow" || sort === "deny") ? before() : undefined,
    isEnforced && sort === "deny" ? behind() : undefined,
    sort === "limit" && summedBy(rule) !== undefined ? amountCode(rule, subject, scope) : undefined,
  ];
  const given = further.slice(0, further.findLastIndex((code) => code !== undefined) + 1);
  return js`${use("ruleOf")}(${[js`${sort}`, heads(rule), truth(), ...given.map((code) => code ?? js`undefined`)]})`;
}

function checkerCode(schema: JsonObject, { root }: ServerIr, use: Use): Code {
  if (hasReferences(schema)) {
    return js`${use("schemaChecker")}(${{ json: schema }}, { root: ${rootCode(root)}, formats: ${use("formats")} })`;
  }
  const { $schema, ...main } = schema;
  // Schemas of unknown dialects were refused before.
  const dialect = dialectOf($schema) as Dialect;
  return js`${use("plainChecker")}(${{ json: main }}, ${dialect}, ${rootCode(root)}, ${use("formats")})`;
}
