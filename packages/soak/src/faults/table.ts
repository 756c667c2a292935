import type { Fault } from "./fault.ts";

/** Faults that someone could make, stage by stage; each changes what some policy decides. */
export const faults: readonly Fault[] = [
  // --------------------------------------------------------------------------------------------------------- lowering
  {
    name: "`except` of the operations is lost",
    file: "compiler/src/lower.ts",
    find: "except: branch.except,",
    replace: "except: [],",
  },
  {
    name: "`from` is lost",
    file: "compiler/src/lower.ts",
    find: "...(rule.from === undefined ? {} : { from: rule.from }),",
    replace: "",
  },
  {
    name: "`until` is lost",
    file: "compiler/src/lower.ts",
    find: "...(rule.until === undefined ? {} : { until: rule.until }),",
    replace: "",
  },
  {
    name: "`because` is lost",
    file: "compiler/src/lower.ts",
    find: "...(rule.because === undefined ? {} : { because: rule.because }),",
    replace: "",
  },
  {
    name: "`??` loses its default",
    file: "compiler/src/lower.ts",
    find: "...(fallback === undefined ? {} : { fallback }),",
    replace: "",
  },
  {
    name: "`shadow` rules are enforced",
    file: "compiler/src/lower.ts",
    find: "shadow: rule.shadow,",
    replace: "shadow: false,",
  },
  {
    name: "each server counts as trusted",
    file: "compiler/src/lower.ts",
    find: "trusted: server.trusted,",
    replace: "trusted: true,",
  },
  {
    name: "a server's root is lost",
    file: "compiler/src/lower.ts",
    find: "...(server.root === undefined ? {} : { root: server.root }),",
    replace: "",
  },
  {
    name: "`or` is lowered to `and`",
    file: "compiler/src/lower.ts",
    find: "return { kind: condition.kind, parts: condition.parts.map(",
    replace: 'return { kind: "and", parts: condition.parts.map(',
  },
  {
    name: "`not` is forgotten",
    file: "compiler/src/lower.ts",
    find: 'return { kind: "not", part: lowerCondition(condition.part, sources) };',
    replace: "return lowerCondition(condition.part, sources);",
  },
  // --------------------------------------------------------------------------------------------------------- rewrites
  {
    name: "`not not C` becomes `not C`",
    file: "compiler/src/simplify.ts",
    find: "condition.part.part : undefined",
    replace: "condition.part : undefined",
  },
  {
    name: "`A or true` is A",
    file: "compiler/src/simplify.ts",
    find: "const neutral = { and: true, or: false } as const;",
    replace: "const neutral = { and: true, or: true } as const;",
  },
  // --------------------------------------------------------------------------------------------------------- dispatch
  {
    name: "dispatch hands out `shadow` rules",
    file: "compiler/src/dispatch.ts",
    find: ".filter((rule) => !rule.shadow)",
    replace: "",
  },
  {
    name: "dispatch ignores `except`",
    file: "compiler/src/dispatch.ts",
    find: "!(name !== undefined && branch.except.some((each) => canMatch(each, server, kind, name)));",
    replace: "true;",
  },
  {
    name: "wildcards meet no name that a rule spells out",
    file: "compiler/src/dispatch.ts",
    find: "return name === undefined || matchesName(operation.pattern, name);",
    replace: "return name === undefined;",
  },
  {
    name: "further names of an untyped server are forgotten",
    file: "compiler/src/dispatch.ts",
    find: "server.untyped ? [undefined] : []",
    replace: "[]",
  },
  // --------------------------------------------------------------------------------------------------------- polarity
  {
    name: "`not` keeps the question",
    file: "compiler/src/polarity.ts",
    find: '{ surely: "possibly", possibly: "surely" }',
    replace: '{ surely: "surely", possibly: "possibly" }',
  },
  {
    name: "an unreadable operand makes no deny match",
    file: "compiler/src/polarity.ts",
    find: "js`(${unreadable} || ${result})`",
    replace: "js`(!${unreadable} && ${result})`",
  },
  {
    name: "an unreadable operand makes an allow match",
    file: "compiler/src/polarity.ts",
    find: "js`(!${unreadable} && ${result})`",
    replace: "js`(${unreadable} || ${result})`",
  },
  {
    name: "an unknown list settles the quantifier the wrong way",
    file: "compiler/src/polarity.ts",
    find: 'if (!Array.isArray(list)) return ${polarity === "possibly"};',
    replace: 'if (!Array.isArray(list)) return ${polarity === "surely"};',
  },
  {
    name: "`every` and `some` are taken for each other",
    file: "compiler/src/polarity.ts",
    find: 'const ends = condition.kind === "some";',
    replace: 'const ends = condition.kind === "every";',
  },
  {
    name: "`and` and `or` are taken for each other",
    file: "compiler/src/polarity.ts",
    find: 'joinCode(parts, condition.kind === "and" ? js` && ` : js` || `)',
    replace: 'joinCode(parts, condition.kind === "or" ? js` && ` : js` || `)',
  },
  // ---------------------------------------------------------------------------------------------------------- emission
  {
    name: "the last instant of `until` belongs to it",
    file: "compiler/src/to-javascript.ts",
    find: "js`q.context.time < ${rule.until}`",
    replace: "js`q.context.time <= ${rule.until}`",
  },
  {
    name: "`id` means everybody else",
    file: "compiler/src/to-javascript.ts",
    find: "js`q.principal.id === ${id}`",
    replace: "js`q.principal.id !== ${id}`",
  },
  {
    name: "`except` of the callers is ignored",
    file: "compiler/src/to-javascript.ts",
    find: "return who.except === undefined ? any : js`(${any} && !${whoCode(who.except)})`;",
    replace: "return any;",
  },
  {
    name: "an unreadable URI is covered by an allow",
    file: "compiler/src/to-javascript.ts",
    find: "js`matchesResource(${operation.glob}, q.uri) === true`",
    replace: "js`matchesResource(${operation.glob}, q.uri) !== false`",
  },
  {
    name: "`??` replaces what is unknown",
    file: "compiler/src/kit.ts",
    find: "return value === absent ? fallback : read(type, value, root);",
    replace: "return value === absent ? fallback : (read(type, value, root) ?? fallback);",
  },
  // ---------------------------------------------------------------------------------------------------------- closures
  {
    name: "closures: `not` keeps the question",
    file: "runtime/src/to-closure.ts",
    find: 'compileCondition(condition.part, polarity === "surely" ? "possibly" : "surely", scope)',
    replace: "compileCondition(condition.part, polarity, scope)",
  },
  {
    name: "closures: `??` replaces what is unknown",
    file: "runtime/src/to-closure.ts",
    find: "return value === absent ? fallback : read(as, value, root);",
    replace: "return value === absent ? fallback : (read(as, value, root) ?? fallback);",
  },
  {
    name: "closures: the last instant of `until` belongs to it",
    file: "runtime/src/to-closure.ts",
    find: "context.time < rule.until &&",
    replace: "context.time <= rule.until &&",
  },
  {
    name: "closures: a deny needs surety",
    file: "runtime/src/to-closure.ts",
    find: "(moment) => get(moment) !== false",
    replace: "(moment) => get(moment) === true",
  },
  // ---------------------------------------------------------------------------------------------------------- decision
  {
    name: "the decision: an unknown deny does not match",
    file: "runtime/src/decide.ts",
    find: "return withTruth(rules, question).filter(({ truth }) => isPossibly(truth));",
    replace: "return withTruth(rules, question).filter(({ truth }) => isSurely(truth));",
  },
  {
    name: "the decision: hidden operations are shown",
    file: "runtime/src/decide.ts",
    find: "if (isListed(ir, residual)) return undefined;",
    replace: "return undefined;",
  },
  {
    name: "the decision: `rule` and `unknown` are taken for each other",
    file: "runtime/src/decide.ts",
    find: '=== true) ? "rule" : "unknown"',
    replace: '=== true) ? "unknown" : "rule"',
  },
  {
    name: "the list: an unknown deny hides",
    file: "runtime/src/list.ts",
    find: "ruleTruth(rule, question) === true",
    replace: "ruleTruth(rule, question) !== false",
  },
  {
    name: "the interpreter: `except` is ignored",
    file: "runtime/src/operations.ts",
    find: "return and(included, not(any(branch.except.map((each) => operationMatches(each, operation)))));",
    replace: "return included;",
  },
  {
    name: "included roles are not had",
    file: "runtime/src/caller.ts",
    find: "declared.flatMap((role) => ir.roles[role] ?? [])",
    replace: "declared",
  },
  // ------------------------------------------------------------------------------------------------------------ memory
  {
    name: "limits: a take counts one instant too long",
    file: "runtime/src/limit.ts",
    find: "take.at > now - window.duration",
    replace: "take.at >= now - window.duration",
  },
  {
    name: "limits: one more call at once",
    file: "runtime/src/limit.ts",
    find: "spent: open + 1 > limit.amount",
    replace: "spent: open > limit.amount",
  },
  {
    name: "limits: a negative amount gives back",
    file: "runtime/src/limit.ts",
    find: "if (amount === undefined || !(amount >= 0)) return",
    replace: "if (amount === undefined) return",
  },
  {
    name: "duties: callers approve their own calls",
    file: "runtime/src/duty.ts",
    find: "return !isCaller && isAbout(",
    replace: "return isAbout(",
  },
  {
    name: "duties: a proof is used again",
    file: "runtime/src/duty.ts",
    find: " && !state.spent.includes(id)",
    replace: "",
  },
  {
    name: "history: an event counts one instant too long",
    file: "core/src/recall.ts",
    find: "at > now - last && at <= now",
    replace: "at >= now - last && at <= now",
  },
  {
    name: "history: everybody's events are one's own",
    file: "core/src/recall.ts",
    find: "if (caller !== undefined && call.caller !== caller) continue;",
    replace: "",
  },
  {
    name: "history: since counts the event itself",
    file: "runtime/src/history.ts",
    find: ".filter(({ at }) => at > after)",
    replace: ".filter(({ at }) => at >= after)",
  },
  {
    name: "history: unknown events count as none",
    file: "core/src/tally.ts",
    find: "high: forgotten ? Number.POSITIVE_INFINITY : events.length }",
    replace: "high: forgotten ? Number.POSITIVE_INFINITY : sure }",
  },
  {
    name: "results: what breaks the schema leaves",
    file: "runtime/src/result.ts",
    find: "violations.length > 0\n      ?",
    replace: "false\n      ?",
  },
  {
    name: "results: a label ends as it begins",
    file: "runtime/src/result.ts",
    find: "id, now, now + rule.duration)",
    replace: "id, now, now)",
  },
  {
    name: "what is remembered is too short",
    file: "runtime/src/windows.ts",
    find: "return [events.last];",
    replace: "return [events.last / 2];",
  },
];
