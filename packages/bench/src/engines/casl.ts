import { importPeer } from "../peers.ts";
import { disjunctive, type Literal } from "../rules/disjunctive.ts";
import { regexSourceOf } from "../rules/pattern.ts";
import type { RuleRequest, RuleSet } from "../rules/rule.ts";
import type { RuleEngine } from "./rule-engine.ts";

interface Casl {
  readonly createMongoAbility: unknown;
  readonly AbilityBuilder: new (
    make: unknown,
  ) => {
    readonly can: (action: string, subject: string, conditions?: object) => void;
    readonly cannot: (action: string, subject: string, conditions?: object) => void;
    readonly build: (options: object) => { readonly can: (action: string, subject: object) => boolean };
  };
  readonly subject: (type: string, value: object) => object;
}

/** CASL: an ability for each role, made beforehand; conditions as MongoDB queries. */
export const casl: RuleEngine = {
  name: "casl",
  label: "CASL, an ability a role",
  peers: ["@casl/ability"],
  load: async (rules) => ({ answer: await caslOf(rules) }),
};

/** Whether CASL allows a request. */
export async function caslOf({ rules, roles }: RuleSet): Promise<(request: RuleRequest) => boolean> {
  const { createMongoAbility, AbilityBuilder, subject } = await importPeer<Casl>("@casl/ability");
  const abilities = new Map(
    roles.map((role) => {
      const builder = new AbilityBuilder(createMongoAbility);
      const ofRole = rules.filter((rule) => rule.roles === undefined || rule.roles.includes(role));
      // What comes later wins: permits first.
      for (const effect of ["permit", "forbid"] as const) {
        for (const rule of ofRole.filter((each) => each.effect === effect)) {
          for (const tool of rule.tools) {
            for (const literals of disjunctive(rule.condition)) {
              const conditions = literals.length === 0 ? undefined : queryOf(literals);
              if (effect === "permit") builder.can("call", tool, conditions);
              else builder.cannot("call", tool, conditions);
            }
          }
        }
      }
      const detectSubjectType = (value: { readonly __caslSubjectType__: string }): string => value.__caslSubjectType__;
      return [role, builder.build({ detectSubjectType })];
    }),
  );
  return ({ principal, tool, args }) => abilities.get(principal.role)?.can("call", subject(tool, { ...args })) === true;
}

/** A conjunction as a MongoDB query. Throws where two of its comparisons would need one name. */
function queryOf(literals: readonly Literal[]): object {
  const query: Record<string, object> = {};
  for (const literal of literals) {
    const [operator, operand] = comparisonOf(literal);
    const ofField = query[literal.field] ?? {};
    if (operator in ofField) throw new Error(`two comparisons of ${literal.field} by ${operator}`);
    query[literal.field] = { ...ofField, [operator]: operand };
  }
  return query;
}

function comparisonOf(literal: Literal): readonly [operator: string, operand: unknown] {
  const { isNegated } = literal;
  switch (literal.kind) {
    case "like": {
      const source = regexSourceOf(literal.pattern);
      return ["$regex", new RegExp(isNegated ? `^(?!${source.slice(1)})` : source)];
    }
    case "is":
      return [isNegated ? "$ne" : "$eq", literal.value];
    case "in":
      return [isNegated ? "$nin" : "$in", literal.values];
    case "at most":
      return [isNegated ? "$gt" : "$lte", literal.number];
    case "at least":
      return [isNegated ? "$lt" : "$gte", literal.number];
    case "more than":
      return [isNegated ? "$lte" : "$gt", literal.number];
  }
}
