import { type Diagnostic, type DiagnosticBuilder, diagnostic, joinSpans, type Span } from "@mcpolicy/diagnostics";
import type { CstNode, IToken } from "chevrotain";
import type * as ast from "./ast.ts";
import type * as cst from "./cst.ts";
import { type Findings, findingsOf } from "./findings.ts";
import { spanOf } from "./lexer.ts";
import { dateValue, durationValue, numberValue, textValue } from "./literals.ts";
import * as t from "./tokens.ts";

/** A node with a line of its own, whose comments are not yet attached. */
export interface Line {
  readonly span: Span;
  readonly docs: string[];
  readonly comments: string[];
  trailing?: string;
}

/** A `}` before which comments may stand that belong to no entry or field. */
export interface Closing {
  readonly offset: number;
  readonly comments: string[];
}

/** Statements, and the places that `attachComments` fills. */
export interface Statements {
  readonly statements: readonly ast.Statement[];
  readonly lines: readonly Line[];
  readonly closings: readonly Closing[];
  readonly findings: Findings;
}

/** Concrete trees to the syntax tree, and the mistakes that a tree shows better than a token stream. */
export function toAst(trees: readonly cst.StatementCstNode[], file: string, text: string): Statements {
  const lines: Line[] = [];
  const closings: Closing[] = [];
  const mistakes: (() => Diagnostic)[] = [];

  // ----------------------------------------------------------- small pieces

  const at = (token: IToken): Span => spanOf(token, file);
  const of = (node: CstNode): Span => ({ file, start: node.location!.startOffset, end: node.location!.endOffset! + 1 });
  const report = (make: () => Diagnostic): void => {
    mistakes.push(make);
  };

  function line(node: CstNode): Line {
    return { span: of(node), docs: [], comments: [] };
  }

  /** Remembers a finished node as one that comments can be attached to. */
  function kept<T extends ast.LineNode>(made: T): T {
    lines.push(made as unknown as Line);
    return made;
  }

  function closing(token: IToken): readonly string[] {
    const made: Closing = { offset: token.startOffset, comments: [] };
    closings.push(made);
    return made.comments;
  }

  function name(token: IToken): ast.Name {
    return { text: token.image, span: at(token) };
  }

  function textLiteral(token: IToken): ast.Text {
    return { value: textValue(token.image).value, span: at(token) };
  }

  function word(token: IToken): ast.Word {
    return token.image.startsWith('"') || token.image.startsWith("'") || token.image.startsWith("`")
      ? { text: textValue(token.image).value, quoted: true, span: at(token) }
      : { text: token.image, quoted: false, span: at(token) };
  }

  function number(token: IToken): ast.NumberLiteral {
    return { kind: "number", value: numberValue(token.image) ?? 0, text: token.image, span: at(token) };
  }

  function duration(token: IToken): ast.Duration {
    return { kind: "duration", value: durationValue(token.image) ?? 0, text: token.image, span: at(token) };
  }

  function date(token: IToken): ast.DateLiteral {
    return { kind: "date", value: dateValue(token.image) ?? 0, text: token.image, span: at(token) };
  }

  function regex(token: IToken): ast.RegexLiteral {
    return { kind: "regex", source: token.image.slice(1).replace(/\/$/, ""), span: at(token) };
  }

  // ------------------------------------------------------------- statements

  function statement({ children: c }: cst.StatementCstNode): ast.Statement {
    if (c.edition) return edition(c.edition[0]!);
    if (c.import) return imported(c.import[0]!);
    if (c.narrows) return narrows(c.narrows[0]!);
    if (c.server) return server(c.server[0]!);
    if (c.attributes) return attributes(c.attributes[0]!);
    if (c.data) return data(c.data[0]!);
    if (c.let) return letStatement(c.let[0]!);
    if (c.capability) return capability(c.capability[0]!);
    if (c.role) return role(c.role[0]!);
    if (c.check) return check(c.check[0]!);
    if (c.assert) return assertion(c.assert[0]!);
    if (c.settings) return settings(c.settings[0]!);
    return rule(c.rule![0]!);
  }

  function edition(node: cst.EditionCstNode): ast.Edition {
    const literal = number(node.children.NumberText[0]!);
    return { kind: "edition", edition: literal.value, ...line(node) };
  }

  function imported(node: cst.ImportCstNode): ast.Import {
    return { kind: "import", path: textLiteral(node.children.Text[0]!), ...line(node) };
  }

  function narrows(node: cst.NarrowsCstNode): ast.Narrows {
    return { kind: "narrows", path: textLiteral(node.children.Text[0]!), ...line(node) };
  }

  function server(node: cst.ServerCstNode): ast.Server {
    const c = node.children;
    return {
      kind: "server",
      name: name(c.name[0]!),
      from: c.file && textLiteral(c.file[0]!),
      root: c.directory && textLiteral(c.directory[0]!),
      trusted: c.Trusted !== undefined,
      ...line(node),
    };
  }

  function attributes(node: cst.AttributesCstNode): ast.Attributes {
    const c = node.children;
    const own = line(node);
    return { kind: c.Principal ? "principal" : "context", record: record(c.record[0]!), ...own };
  }

  function data(node: cst.DataCstNode): ast.Data {
    const c = node.children;
    return { kind: "data", name: name(c.Ident[0]!), from: textLiteral(c.Text[0]!), ...line(node) };
  }

  function letStatement(node: cst.LetCstNode): ast.Let {
    const c = node.children;
    return {
      kind: "let",
      name: name(c.name[0]!),
      parameters: c.parameter?.map(name),
      value: expression(c.expression[0]!),
      ...line(node),
    };
  }

  function capability(node: cst.CapabilityCstNode): ast.Capability {
    const c = node.children;
    const own = line(node);
    return {
      kind: "capability",
      name: groupName(c.groupName[0]!),
      entries: (c.entry ?? []).map((each) => kept(entry(each))),
      closing: closing(c.RCurly[0]!),
      ...own,
    };
  }

  function entry(node: cst.EntryCstNode): ast.CapabilityEntry {
    const own = line(node);
    return {
      operations: operations(node.children.operations[0]!),
      ...condition(node.children.condition[0]!),
      ...own,
    };
  }

  function role(node: cst.RoleCstNode): ast.Role {
    const c = node.children;
    return { kind: "role", name: word(c.name![0]!), members: (c.groupName ?? []).map(groupName), ...line(node) };
  }

  function check(node: cst.CheckCstNode): ast.Check {
    const c = node.children;
    const own = line(node);
    return {
      kind: "check",
      ofResult: c.Result !== undefined,
      server: name(c.Ident[0]!),
      tool: toolName(c.toolName[0]!),
      record: record(c.record[0]!),
      ...own,
    };
  }

  function assertion(node: cst.AssertCstNode): ast.Assert {
    const c = node.children;
    return {
      kind: "assert",
      name: c.Text && textLiteral(c.Text[0]!),
      who: who(c.who[0]!),
      claim: c.Never ? "never" : c.Always ? "always" : "only with approval",
      operations: operations(c.operations[0]!),
      ...condition(c.condition[0]!),
      ...line(node),
    };
  }

  function settings(node: cst.SettingsCstNode): ast.Settings {
    const c = node.children;
    return {
      kind: c.Token ? "token" : c.Audit ? "audit" : "network",
      server: c.Ident && name(c.Ident[0]!),
      words: (c.setting ?? []).map((each) => settingWord(each.children.part![0]!)),
      ...line(node),
    };
  }

  function settingWord(token: IToken): ast.SettingWord {
    const span = at(token);
    if (token.tokenType === t.Comma) return { kind: ",", text: ",", span };
    if (token.tokenType === t.Pipe) return { kind: "|", text: "|", span };
    if (token.tokenType === t.DurationText) return { kind: "duration", text: token.image, span };
    const { text: value, quoted } = word(token);
    return { kind: quoted ? "string" : "word", text: value, span };
  }

  // ------------------------------------------------------------------ rules

  function rule(node: cst.RuleCstNode): ast.Rule {
    const c = node.children;
    const own = line(node);
    const shared = { shadow: c.Shadow !== undefined, clauses: clauses(c.clause ?? []), ...own };
    if (c.allow) {
      const { children: a } = c.allow[0]!;
      return { kind: "allow", ...named(a), who: who(a.who[0]!), ...scope(a), ...shared };
    }
    if (c.deny) {
      const { children: d } = c.deny[0]!;
      if (d.Result)
        return {
          kind: "deny-result",
          ...named(d),
          who: undefined,
          ...scope({ operations: d.operations!, condition: d.condition }),
          ...shared,
        };
      return { kind: "deny", ...named(d), ...target(d.target![0]!), ...condition(d.condition[0]!), ...shared };
    }
    if (c.require) {
      const { children: r } = c.require[0]!;
      return {
        kind: "require",
        ...named(r),
        duty: duty(r.duty[0]!),
        ...target(r.target[0]!),
        ...condition(r.condition[0]!),
        valid: r.DurationText && duration(r.DurationText[0]!),
        ...shared,
      };
    }
    if (c.limit) {
      const { children: l } = c.limit[0]!;
      return {
        kind: "limit",
        ...named(l),
        ...target(l.target[0]!),
        amount: number(l.NumberText[0]!),
        window: l.DurationText
          ? { kind: "per", of: l.sum && sum(l.sum[0]!), duration: duration(l.DurationText[0]!) }
          : { kind: "at once" },
        keys: l.key.map(key),
        ...condition(l.condition[0]!),
        ...shared,
      };
    }
    if (c.labelRule) {
      const { children: l } = c.labelRule[0]!;
      return {
        kind: "label",
        name: undefined,
        who: undefined,
        label: name(l.Ident[0]!),
        ...scope(l),
        duration: duration(l.DurationText[0]!),
        ...shared,
      };
    }
    const { children: r } = c.redact![0]!;
    return { kind: "redact", ...named(r), who: undefined, detectors: r.Ident.map(name), ...scope(r), ...shared };
  }

  function named(c: { readonly Text?: IToken[] }): { readonly name: ast.Text | undefined } {
    return { name: c.Text && textLiteral(c.Text[0]!) };
  }

  function scope(c: { readonly operations: cst.OperationsCstNode[]; readonly condition: cst.ConditionCstNode[] }) {
    return { operations: operations(c.operations[0]!), ...condition(c.condition[0]!) };
  }

  function target(node: cst.TargetCstNode) {
    const c = node.children;
    return { who: c.who && who(c.who[0]!), operations: operations(c.operations[0]!) };
  }

  function condition(node: cst.ConditionCstNode) {
    const c = node.children;
    return { when: c.when && expression(c.when[0]!), unless: c.unless && expression(c.unless[0]!) };
  }

  function duty(node: cst.DutyCstNode): ast.Duty {
    const c = node.children;
    const span = of(node);
    if (c.Approval) return { kind: "approval", from: c.who ? who(c.who[0]!) : "caller", span };
    if (c.Text) return { kind: "duty", name: textLiteral(c.Text[0]!), span };
    return { kind: c.Mfa ? "mfa" : "justification", span };
  }

  function key(node: cst.KeyCstNode): ast.LimitKey {
    const c = node.children;
    const kind = t.spelling(c.kind![0]!) as ast.LimitKey["kind"];
    return { kind, ...(c.attribute && { attribute: word(c.attribute[0]!) }), span: of(node) };
  }

  function clauses(nodes: readonly cst.ClauseCstNode[]): readonly ast.Clause[] {
    const seen = new Map<string, Span>();
    return nodes.map((node) => {
      const c = node.children;
      const keyword = c.kind![0]!;
      const span = of(node);
      const kind = t.spelling(keyword) as ast.Clause["kind"];
      const before = seen.get(kind);
      if (before !== undefined) {
        report(() =>
          diagnostic("P0119", at(keyword), `this rule has two \`${kind}\` clauses`)
            .withLabel(`a second \`${kind}\``)
            .at(before, "the first one")
            .withHelp("each clause stands at most once in a rule: keep one of them"),
        );
      } else seen.set(kind, at(keyword));
      return kind === "because" || kind === "note"
        ? { kind, text: textLiteral(c.Text![0]!), span }
        : { kind, date: date(c.DateText![0]!), span };
    });
  }

  // -------------------------------------------------- callers, operations

  function who(node: cst.WhoCstNode): ast.Who {
    const c = node.children;
    return { any: c.any.map(whoAtom), except: (c.except ?? []).map(whoAtom), span: of(node) };
  }

  function whoAtom(node: cst.WhoAtomCstNode): ast.WhoAtom {
    const c = node.children;
    const span = of(node);
    if (c.id) return { kind: "id", id: textLiteral(c.id[0]!), span };
    if (c.role) return { kind: "role", name: word(c.role[0]!), span };
    return { kind: "anyone", span };
  }

  function operations(node: cst.OperationsCstNode): ast.Operations {
    const c = node.children;
    return { include: c.include.map(operation), except: (c.except ?? []).map(operation), span: of(node) };
  }

  function operation(node: cst.OperationCstNode): ast.Operation {
    const c = node.children;
    const span = of(node);
    const of_ = c.server && name(c.server[0]!);
    if (c.groupName) return { kind: "capability", name: groupName(c.groupName[0]!), span };
    if (c.Everything) return { kind: "everything", server: of_, span };
    if (c.Resource) return { kind: "resource", server: of_!, glob: textLiteral(c.Text![0]!), span };
    if (c.Prompt) return { kind: "prompt", server: of_!, prompt: toolName(c.toolName![0]!), span };
    if (c.Completion) return { kind: "completion", server: of_!, span };
    if (c.Sampling) return { kind: "sampling", server: of_!, span };
    if (c.Elicitation) return { kind: "elicitation", server: of_!, span };
    if (c.Roots) return { kind: "roots", server: of_!, span };
    const tool = c.toolName ? toolName(c.toolName[0]!) : { text: "*", quoted: false, span };
    return { kind: "tool", server: of_ ?? "*", tool, span };
  }

  function toolName(node: cst.ToolNameCstNode): ast.Word {
    return word(node.children.tool![0]!);
  }

  function groupName(node: cst.GroupNameCstNode): ast.Name {
    return { text: node.children.part.map((part) => part.image).join(":"), span: of(node) };
  }

  // ------------------------------------------------------------------ types

  function record(node: cst.RecordCstNode): ast.RecordType {
    const c = node.children;
    return {
      kind: "record",
      fields: (c.field ?? []).map((each) => kept(field(each))),
      open: c.Open !== undefined,
      closing: closing(c.RCurly[0]!),
      span: of(node),
    };
  }

  function field(node: cst.FieldCstNode): ast.FieldType {
    const c = node.children;
    const own = line(node);
    return {
      name: word(c.name![0]!),
      optional: c.Question !== undefined,
      type: type(c.type[0]!),
      refinements: (c.refinement ?? []).map(refinement),
      claim: c.claim && textLiteral(c.claim[0]!),
      onResult: c.On !== undefined,
      ...own,
    };
  }

  function type(node: cst.TypeCstNode): ast.TypeExpression {
    const members = node.children.typeAtom.map(typeAtom);
    return members.length === 1 ? members[0]! : { kind: "union", members, span: of(node) };
  }

  function typeAtom(node: cst.TypeAtomCstNode): ast.TypeExpression {
    const c = node.children;
    if (c.record) return record(c.record[0]!);
    if (c.Text) return { kind: "text", ...textLiteral(c.Text[0]!) };
    return { kind: "named", name: name(c.name![0]!), of: c.type && type(c.type[0]!), span: of(node) };
  }

  function refinement(node: cst.RefinementCstNode): ast.Refinement {
    const c = node.children;
    const span = of(node);
    if (c.numberRange) {
      const { low, high } = c.numberRange[0]!.children;
      return { kind: c.Size ? "size" : "range", low: number(low[0]!), high: number(high[0]!), span };
    }
    if (c.Matches) return { kind: "matches", regex: regex(c.Regex![0]!), span };
    if (c.Like) return { kind: "like", globs: primary(c.primary![0]!), span };
    if (c.In) return { kind: "in", list: list(c.list![0]!), span };
    if (c.Unique) return { kind: "unique", span };
    const kind = c.Under ? "under" : c.Starts ? "starts with" : "ends with";
    return { kind, text: textLiteral(c.Text![0]!), span };
  }

  // ------------------------------------------------------------ expressions

  function expression(node: cst.ExpressionCstNode): ast.Expression {
    const ands = node.children.and;
    if (ands.length === 1) return and(ands[0]!);
    const mixed = ands.find((each) => each.children.not.length > 1);
    if (mixed !== undefined) {
      const or = node.children.Or![0]!;
      report(() =>
        diagnostic("P0106", at(mixed.children.And![0]!), "`and` beside `or` needs parentheses")
          .withLabel("belongs to which side?")
          .at(at(or), "beside this `or`")
          .withHelp("say what belongs together: `(a and b) or c`, or `a and (b or c)`"),
      );
    }
    return { kind: "or", parts: ands.map(and), span: of(node) };
  }

  function and(node: cst.AndCstNode): ast.Expression {
    const parts = node.children.not.map(not);
    return parts.length === 1 ? parts[0]! : { kind: "and", parts, span: of(node) };
  }

  function not(node: cst.NotCstNode): ast.Expression {
    const c = node.children;
    const span = of(node);
    if (c.comparison) return comparison(c.comparison[0]!);
    if (c.Not) return { kind: "not", part: not(c.not![0]!), span };
    if (c.path) return { kind: "has", path: path(c.path[0]!), span };
    if (c.label) return { kind: "carries", label: name(c.label[0]!), span };
    if (c.events) return { kind: "happened", verb: verb(c.eventVerb![0]!), events: events(c.events[0]!), span };
    return {
      kind: c.Every ? "every" : "some",
      variable: name(c.variable![0]!),
      list: sum(c.sum![0]!),
      body: not(c.not![0]!),
      span,
    };
  }

  function comparison(node: cst.ComparisonCstNode): ast.Expression {
    const left = sum(node.children.sum[0]!);
    const [first, second] = node.children.comparisonTail ?? [];
    if (first === undefined) return left;
    if (second !== undefined) {
      const operators = [first, second].map((tail) => tail.children.operator![0]!);
      report(() =>
        diagnostic("P0107", at(operators[1]!), "a comparison does not go on into another one")
          .withLabel("a second comparison")
          .at(at(operators[0]!), "the first one")
          .withHelp("join two of them by `and`: `1 < x and x < 9`, or write a range: `x in 1..9`"),
      );
    }
    return comparisonTail(left, first);
  }

  function comparisonTail(left: ast.Expression, node: cst.ComparisonTailCstNode): ast.Expression {
    const c = node.children;
    const operators = c.operator!;
    const operatorSpan = joinSpans(at(operators[0]!), at(operators.at(-1)!));
    const span = joinSpans(left.span, of(node));
    if (c.test) return { kind: "test", operator: `is ${c.test[0]!.image}`, operand: left, span };
    const operator = operators.map(operatorSpelling).join(" ");
    return { kind: "binary", operator, operatorSpan, left, right: comparisonRight(c), span };
  }

  function operatorSpelling(token: IToken): string {
    // `===` was read as `==`.
    const meant = token.tokenType.CATEGORIES?.find((category) => category === t.Equal || category === t.Unequal);
    return meant === undefined ? t.spelling(token) : meant === t.Equal ? "==" : "!=";
  }

  function comparisonRight(c: cst.ComparisonTailCstChildren): ast.Expression {
    if (c.domainName) return { kind: "string", ...textLiteral(c.domainName[0]!) };
    const right = c.right![0]!;
    if (right.name === "primary") return primary(right);
    const low = sum(right);
    if (c.high === undefined) return low;
    const high = sum(c.high[0]!);
    return { kind: "range", low, high, span: joinSpans(low.span, high.span) };
  }

  function sum(node: cst.SumCstNode): ast.Expression {
    const [first, ...rest] = node.children.operand.map(product);
    return rest.reduce<ast.Expression>(
      (left, right, index) => arithmetic(left, node.children.operator![index]!, right),
      first!,
    );
  }

  function product(node: cst.ProductCstNode): ast.Expression {
    const [left, right] = node.children.operand.map(defaulted);
    return right === undefined ? left! : arithmetic(left!, node.children.operator![0]!, right);
  }

  function arithmetic(left: ast.Expression, operator: IToken, right: ast.Expression): ast.Expression {
    const operatorSpan = at(operator);
    const isSpaced = /^\s$/.test(text[operatorSpan.start - 1] ?? " ") && /^\s$/.test(text[operatorSpan.end] ?? " ");
    if (!isSpaced && operator.tokenType !== t.Plus && !operator.isInsertedInRecovery)
      report(() => needsSpaces(operatorSpan, operator.image));
    return {
      kind: "binary",
      operator: operator.image,
      operatorSpan,
      left,
      right,
      span: joinSpans(left.span, right.span),
    };
  }

  function defaulted(node: cst.DefaultedCstNode): ast.Expression {
    const { value, fallback } = node.children;
    if (fallback === undefined) return primary(value[0]!);
    return { kind: "default", value: primary(value[0]!), fallback: primary(fallback[0]!), span: of(node) };
  }

  function primary(node: cst.PrimaryCstNode): ast.Expression {
    return steps(atom(node.children), node.children.step ?? []);
  }

  function steps(base: ast.Expression, nodes: readonly cst.StepCstNode[]): ast.Expression {
    return nodes.reduce<ast.Expression>((inner, node) => {
      const c = node.children;
      const span = joinSpans(inner.span, of(node));
      return c.sum
        ? { kind: "index", of: inner, key: sum(c.sum[0]!), span }
        : { kind: "member", of: inner, key: word(c.key![0]!), span };
    }, base);
  }

  function atom(c: cst.PrimaryCstChildren): ast.Expression {
    if (c.literal) return literal(c.literal[0]!);
    if (c.list) return list(c.list[0]!);
    if (c.expression) {
      // Parentheses are gone from the tree, but a node's span holds those around it.
      return { ...expression(c.expression[0]!), span: joinSpans(at(c.LParen![0]!), at(c.RParen![0]!)) };
    }
    if (c.root) return root(c.root[0]!);
    if (c.call) {
      const { children, ...node } = c.call[0]!;
      return {
        kind: "call",
        function: name(children.function[0]!),
        operands: (children.expression ?? []).map(expression),
        span: of(node as CstNode),
      };
    }
    return c.count ? count(c.count[0]!) : total(c.total![0]!);
  }

  function literal(node: cst.LiteralCstNode): ast.Expression {
    const c = node.children;
    if (c.Text) return { kind: "string", ...textLiteral(c.Text[0]!) };
    if (c.NumberText) return number(c.NumberText[0]!);
    if (c.DurationText) return duration(c.DurationText[0]!);
    if (c.DateText) return date(c.DateText[0]!);
    if (c.Regex) return regex(c.Regex[0]!);
    if (c.Null) return { kind: "null", span: of(node) };
    return { kind: "bool", value: c.True !== undefined, span: of(node) };
  }

  function list(node: cst.ListCstNode): ast.ListExpression {
    return { kind: "list", items: (node.children.sum ?? []).map(sum), span: of(node) };
  }

  function root(node: cst.RootCstNode): ast.Expression {
    return { kind: "name", name: name(node.children.name![0]!), span: of(node) };
  }

  function path(node: cst.PathCstNode): ast.Expression {
    const c = node.children;
    const base = root(c.root[0]!);
    const key = word(c.key![0]!);
    const first: ast.Expression = { kind: "member", of: base, key, span: joinSpans(base.span, key.span) };
    return steps(first, c.step ?? []);
  }

  function count(node: cst.CountCstNode): ast.Expression {
    const c = node.children;
    return {
      kind: "count",
      distinct: c.sum && sum(c.sum[0]!),
      verb: c.eventVerb && verb(c.eventVerb[0]!),
      events: events(c.events[0]!),
      span: of(node),
    };
  }

  function total(node: cst.TotalCstNode): ast.Expression {
    const c = node.children;
    const value = sum(c.value[0]!);
    const span = of(node);
    return c.events
      ? { kind: "sum-over", value, events: events(c.events[0]!), span }
      : { kind: "sum-for", value, variable: name(c.variable![0]!), list: sum(c.list![0]!), span };
  }

  function verb(node: cst.EventVerbCstNode): ast.EventVerb {
    const c = node.children;
    return c.Attempted ? "attempted" : c.Called ? "called" : "completed";
  }

  function events(node: cst.EventsCstNode): ast.Events {
    const c = node.children;
    return {
      operation: operation(c.operation[0]!),
      byAnyone: c.Anyone !== undefined,
      with: c.with && not(c.with[0]!),
      since: c.since && { operation: operation(c.since[0]!), with: c.sinceWith && not(c.sinceWith[0]!) },
      last: duration(c.DurationText[0]!),
      span: of(node),
    };
  }

  return { statements: trees.map((tree) => kept(statement(tree))), lines, closings, findings: findingsOf(mistakes) };
}

/** A name where a word of the language was meant. */
export function misspelt(
  written: string,
  span: Span,
  meant: string,
  what = "is not a word of the language here",
): DiagnosticBuilder {
  return diagnostic("P0102", span, `\`${written}\` ${what}; did you mean \`${meant}\`?`)
    .withLabel(`did you mean \`${meant}\`?`)
    .withFix({ title: `write \`${meant}\``, span, replacement: meant });
}

/** Minus and times stand between spaces, since names may hold `-` and tool names `*`. */
export function needsSpaces(span: Span, operator: string): DiagnosticBuilder {
  return diagnostic("P0120", span, `\`${operator}\` needs a space on both sides`)
    .withLabel("no space")
    .withHelp("names may hold `-`, and tool names `*`: write `a - 1`, `a * 2`");
}
