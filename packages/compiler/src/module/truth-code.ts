import {
  allOf,
  anyOf,
  type BranchIr,
  type Code,
  js,
  type LimitIr,
  type OperandIr,
  type RuleHeadIr,
  type ServerIr,
  type Speaking,
  type Subject,
  type WhoIr,
} from "@mcpolicy/core";
import type { Emission } from "../emission.ts";
import { objectFrame } from "../frame.ts";
import { markOf } from "../mark.ts";
import { declaration, operandCode, type Polarity, type Scope } from "../operand-code.ts";
import { conditionCode } from "../polarity.ts";
import { subjectTests } from "../subject-tests.ts";
import { behindCode, readsArguments } from "./behind-code.ts";
import { residualOf } from "./residual.ts";

/** What the code of rules is written with. */
export interface RuleScope {
  readonly emission: Emission;
  readonly servers: readonly ServerIr[];
  readonly toolFacts: () => Code;
}

/** Code of functions of `q`, the request, that answer what a decision asks of a rule about one subject; each is written when it is asked for. */
export interface RuleCode {
  /** Its truth: true, false, or undefined where it is unknown; of an allow only whether it is true. */
  readonly truth: () => Code;
  /** As a list asks, while of a call only the operation and the caller are known: whether an allow may be true, a deny surely is. */
  readonly before: () => Code;
  /** For each atom on which it hangs that the rule is not false, the pointers of the arguments that it reads; undefined where none reads any. */
  readonly behind: () => Code | undefined;
}

export function ruleCode({ sort, rule, branches }: Speaking, subject: Subject, scope: RuleScope): RuleCode {
  const mark = markOf(sort, rule);
  const about = headTests(rule, scope);
  return {
    truth: () =>
      functionOf(scope, "t", mark, (temporaries) => {
        const within = scopeOf(subject, scope, temporaries);
        const surely = anyBranch(branches, subject, "surely", within);
        if (sort === "allow") return allOf([...about, surely]);
        const possibly = anyBranch(branches, subject, "possibly", within);
        const truth = surely.text === possibly.text ? surely : js`(${surely} ? true : ${possibly} ? undefined : false)`;
        return allOf([...about, truth]);
      }),
    before: () =>
      functionOf(scope, "t", mark, (temporaries) => {
        const within = scopeOf(subject, scope, temporaries);
        const residual = branches.map((branch) => ({ ...branch, condition: residualOf(branch.condition) }));
        return allOf([...about, anyBranch(residual, subject, sort === "allow" ? "possibly" : "surely", within)]);
      }),
    behind: () => {
      if (!branches.some(({ condition }) => readsArguments(condition))) return undefined;
      return functionOf(scope, "w", mark, (temporaries) => {
        const within = scopeOf(subject, scope, temporaries);
        const parts = branches.map((branch) => {
          const held = branchCode(branch, subject, "possibly", within);
          return js`...(${held} ? ${behindCode(branch.condition, "held", within)} : [])`;
        });
        return js`[${parts}]`;
      });
    },
  };
}

/** The name of a function of `q` that gives what a limit sums, read as its type; undefined where that is unknown. Throws of one that counts calls. */
export function amountCode(limit: RuleHeadIr, subject: Subject, scope: RuleScope): Code {
  const of = summedBy(limit);
  if (of === undefined) throw new Error(`the limit ${limit.id} sums nothing`);
  return functionOf(scope, "g", markOf("limit", limit), (temporaries) =>
    operandCode(of, scopeOf(subject, scope, temporaries)),
  );
}

/** What a limit sums, where it does not count calls. */
export function summedBy(limit: RuleHeadIr): OperandIr | undefined {
  const { window } = limit as LimitIr;
  return window.kind === "per" ? window.of : undefined;
}

function anyBranch(branches: readonly BranchIr[], subject: Subject, polarity: Polarity, scope: Scope): Code {
  return anyOf(branches.map((branch) => branchCode(branch, subject, polarity, scope)));
}

function branchCode(branch: BranchIr, subject: Subject, polarity: Polarity, scope: Scope): Code {
  return allOf([...subjectTests(branch, subject, polarity), conditionCode(branch.condition, polarity, scope)]);
}

/** Whether a rule is about this caller at this time. The caller has all roles that its own include. */
function headTests({ who, from, until }: RuleHeadIr, { emission }: RuleScope): readonly Code[] {
  return [
    ...(from === undefined ? [] : [js`q.context.time >= ${from}`]),
    ...(until === undefined ? [] : [js`q.context.time < ${until}`]),
    ...whoTests(who, emission),
  ];
}

function whoTests({ anyone, roles, ids, except }: WhoIr, emission: Emission): readonly Code[] {
  const excepted = except === undefined ? [] : [js`!${allOf(whoTests(except, emission))}`];
  if (anyone) return excepted;
  const named = [
    ...(roles.length === 0 ? [] : [js`hasAnyRole(q.principal.roles, ${emission.set(roles)})`]),
    ...ids.map((id) => js`q.principal.id === ${id}`),
  ];
  return [anyOf(named), ...excepted];
}

function functionOf({ emission }: RuleScope, letter: string, mark: Code, body: (temporaries: Code[]) => Code): Code {
  const temporaries: Code[] = [];
  const code = body(temporaries);
  return emission.function(
    letter,
    (name) => js`function ${name}(q) {\n  ${declaration(temporaries)}${mark}\n  return ${code};\n}`,
  );
}

function scopeOf(subject: Subject, { emission, servers, toolFacts }: RuleScope, temporaries: Code[]): Scope {
  const frame = objectFrame(() => false);
  return {
    emission,
    servers,
    toolFacts,
    root: subject.server.root,
    variables: [],
    itsVariables: [],
    temporaries,
    frame,
  };
}
