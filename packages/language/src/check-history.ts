import { isAssignable, showType } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { Binary, Duration, Events, EventVerb, Expression, Operation } from "./ast.ts";
import { spend } from "./bounds.ts";
import { operandOf } from "./check-expression.ts";
import { type Entry, type Expanded, expand } from "./expand.ts";
import { type Report, withSuggestion } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { Its, Site, SiteOfRule } from "./site.ts";
import type { CheckedBranch, TypedCondition, TypedEvents, TypedTally } from "./typed.ts";
import { plain } from "./types.ts";

/** How conditions and entries are typed: what `with` and a capability's entries need, given by the file that needs this one. */
interface Typing {
  readonly typeCondition: (expression: Expression, site: Site) => TypedCondition;
  readonly branchesOf: (
    entry: Entry,
    more: Entry["conditions"],
    site: SiteOfRule,
    scope: Scope,
    report: Report,
  ) => readonly CheckedBranch[];
}

type Tally = Expression & { readonly kind: "count" | "sum-over" };

/** Whether an expression is a number of history. */
export function isTally(expression: Expression): expression is Tally {
  return expression.kind === "count" || expression.kind === "sum-over";
}

/** `carries NAME`: the label must be one that some `label` sets. */
export function typeCarries(expression: Expression & { readonly kind: "carries" }, site: Site): TypedCondition {
  const { label, span } = expression;
  if (!site.scope.labels.has(label.text)) {
    site.report(
      withSuggestion(
        diagnostic("P0221", label.span, `no \`label\` sets \`${label.text}\``).withNote(
          "nobody could ever carry it, so that the condition would decide nothing",
        ),
        label.text,
        site.scope.labels,
        label.span,
        "labels",
      ),
    );
  }
  if (mayStand(expression, site)) reportDirection("carries", span, 1, site);
  return { kind: "carries", label: label.text, span };
}

/** `attempted`, `called` or `completed`, as a condition. */
export function typeHappened(
  expression: Expression & { readonly kind: "happened" },
  site: Site,
  typing: Typing,
): TypedCondition {
  const { verb, span } = expression;
  if (mayStand(expression, site) && verb === "attempted") reportDirection(verb, span, 1, site);
  return { kind: "happened", verb, events: eventsOf(expression.events, verb, site, typing).events, span };
}

/** Each comparison: its operator's id, the same with its sides exchanged, and whether more on the left makes it true (1) or false (-1). */
// biome-ignore format: table
const comparisons: Readonly<Record<string, { readonly id: Operator; readonly turned: Operator; readonly sign: 1 | 0 | -1 }>> = {
  "<":  { id: "less",      turned: "more",      sign: -1 },
  "<=": { id: "at-most",   turned: "at-least",  sign: -1 },
  ">":  { id: "more",      turned: "less",      sign: 1 },
  ">=": { id: "at-least",  turned: "at-most",   sign: 1 },
  "==": { id: "equal",     turned: "equal",     sign: 0 },
  "!=": { id: "not-equal", turned: "not-equal", sign: 0 },
};

type Operator = Extract<TypedCondition, { readonly kind: "tally" }>["operator"];

/** `count of …`, `sum of … over …` compared with a value. */
export function typeTally(expression: Binary, site: Site, typing: Typing): TypedCondition {
  const { span } = expression;
  const isLeft = isTally(expression.left);
  const tally = (isLeft ? expression.left : expression.right) as Tally;
  const other = isLeft ? expression.right : expression.left;
  const row = Object.hasOwn(comparisons, expression.operator) ? comparisons[expression.operator]! : undefined;
  if (row === undefined || isTally(other)) {
    site.report(
      diagnostic("P0323", span, "a number of history is compared with a value, and with nothing else")
        .withNote("where events are forgotten or unreadable it is a range: only a comparison knows what to do with one")
        .withHelp("write `count of … > 10`, with one of `<`, `<=`, `>`, `>=`, `==`, `!=`"),
    );
    return { kind: "constant", value: false, span };
  }
  const verb = (tally.kind === "count" ? tally.verb : undefined) ?? "called";
  const sign = isLeft || row.sign === 0 ? row.sign : row.sign === 1 ? -1 : 1;
  if (mayStand(tally, site) && verb === "attempted") reportDirection("attempted", tally.span, sign, site);
  const bound = operandOf(other, site);
  if (!isAssignable(bound.view.type, plain("number"))) {
    site.report(
      diagnostic("P0303", bound.span, `\`${bound.text}\` is ${showType(bound.view.type)}, and history gives a number`)
        .at(tally.span, "a number")
        .withHelp("compare with a number"),
    );
  }
  return {
    kind: "tally",
    tally: tallyOf(tally, verb, site, typing),
    operator: isLeft ? row.id : row.turned,
    bound: bound.place(plain("number")),
    span,
  };
}

function tallyOf(tally: Tally, verb: EventVerb, site: Site, typing: Typing): TypedTally {
  const { events, its } = eventsOf(tally.events, verb, site, typing);
  const value = tally.kind === "count" ? tally.distinct : tally.value;
  if (value === undefined) return { kind: "count", verb, events };
  const of = operandOf(value, { ...site, its, isPast: true, atom: { span: value.span, isValue: true } });
  if (tally.kind === "count") return { kind: "distinct", of: of.place(of.view.type), verb, events };
  if (!isAssignable(of.view.type, plain("number"))) {
    site.report(
      diagnostic(
        "P0301",
        value.span,
        `\`${of.text}\` is ${showType(of.view.type)}, and \`sum of\` adds numbers`,
      ).withHelp("sum a number of the earlier call, as in `sum of its.args.amount over …`"),
    );
  }
  return { kind: "sum", of: of.place(plain("number")), verb, events };
}

// ----------------------------------------------------------------- events

/** What a capability's entries say of an earlier event: they were looked at as grants already, for their own sake. */
const past: SiteOfRule = { effect: "claims", readsResult: false, isPast: true };

function eventsOf(
  written: Events,
  verb: EventVerb,
  site: Site,
  typing: Typing,
): { readonly events: TypedEvents; readonly its: Its } {
  const { branches, operations } = operationsOf(written.operation, site, typing);
  const its: Its = { operations, hasResult: verb === "completed" };
  const since = written.since === undefined ? undefined : operationsOf(written.since.operation, site, typing);
  const condition = (expression: Expression | undefined, event: Its): TypedCondition | undefined => {
    if (expression === undefined) return undefined;
    const atom = { span: expression.span, bare: false };
    return typing.typeCondition(expression, { ...site, its: event, isPast: true, atom });
  };
  return {
    its,
    events: {
      branches,
      byAnyone: written.byAnyone,
      with: condition(written.with, its),
      since:
        since === undefined
          ? undefined
          : {
              branches: since.branches,
              with: condition(written.since?.with, { operations: since.operations, hasResult: true }),
            },
      last: lengthOf(written.last, site.report),
    },
  };
}

function operationsOf(
  operation: Operation,
  { scope, report }: Site,
  { branchesOf }: Typing,
): { readonly branches: readonly CheckedBranch[]; readonly operations: readonly Expanded[] } {
  // A wildcard is held against the names of every tool.
  const tools = [...scope.servers.values()].reduce((count, server) => count + server.checked.tools.length, 0);
  if (!spend(scope.work, 100 + 10 * tools, operation.span, report)) return { branches: [], operations: [] };
  const entries = expand({ include: [operation], except: [], span: operation.span }, scope, { bare: false }, report);
  return {
    branches: entries.flatMap((entry) => branchesOf(entry, [], past, scope, report)),
    operations: entries.flatMap((entry) => entry.operations),
  };
}

/** A length of time in milliseconds; none would look at nothing. */
export function lengthOf(duration: Duration, report: Report): number {
  // What could not be read as a duration was reported already.
  if (/^0+[smhd]$/.test(duration.text)) {
    report(
      diagnostic("P0325", duration.span, `\`${duration.text}\` is no length of time`)
        .withNote("a window without length holds nothing")
        .withHelp("write how long, as in `30s`, `10m`, `24h`, `7d`"),
    );
  }
  return duration.value;
}

// --------------------------------------------------------- where it stands

/** Whether history may stand here at all; reports where it may not. */
function mayStand(expression: Expression, site: Site): boolean {
  const inside =
    site.variables.size > 0 ? "a quantifier" : site.isPast ? "a condition about an earlier event" : undefined;
  if (inside === undefined) return true;
  site.report(
    diagnostic("P0323", expression.span, `history cannot be looked at inside ${inside}`)
      .withNote(
        site.variables.size > 0
          ? "it would be looked through once for each element: the cost of a decision stays linear"
          : "what was carried or called then is not kept; a capability in `called …` brings its conditions along",
      )
      .withHelp("write it beside, joined by `and` or `or`"),
  );
  return false;
}

/**
 * Attempts and labels are at the caller's will, so they stand only where more of them narrows. `sign` says whether more of them makes
 * the smallest condition around them true (1), false (-1), or either (0).
 */
function reportDirection(word: "attempted" | "carries", span: Expression["span"], sign: 1 | 0 | -1, site: Site): void {
  if (site.effect === "claims") return;
  const grows = site.effect === "narrows" ? 1 : -1;
  if (sign !== 0 && sign * (site.plain ? 1 : -1) === grows) return;
  const found = diagnostic(
    "P0322",
    span,
    word === "attempted"
      ? "an attempt is at the caller's will, and here more of them could let more through"
      : "a caller can take up a label at will, and here carrying it could let more through",
  )
    .withNote(
      `\`${word}\` stands plain in a \`deny\`, \`require\`, \`limit\` or \`label\`, and under \`not\` in an \`allow\``,
    )
    .withNote("whoever wants through would only have to try first");
  if (word === "carries") {
    site.report(found.withHelp("ask for a call that was let through: `called OPERATION in last DURATION`"));
    return;
  }
  const text = site.scope.sources.get(span.file)?.text ?? "";
  const at = text.indexOf(word, span.start);
  const place = at < 0 || at >= span.end ? span : { file: span.file, start: at, end: at + word.length };
  site.report(found.withFix({ title: "did you mean `called`?", span: place, replacement: "called" }));
}
