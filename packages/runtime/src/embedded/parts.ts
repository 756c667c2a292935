import type {
  Context,
  Decision,
  Engine,
  Facts,
  JsonObject,
  Operation,
  Place,
  PolicyIr,
  Principal,
  Remembering,
  Request,
  RuleHeadIr,
  SchemaChecker,
  Truth,
  Value,
} from "@mcpolicy/core";
import type { Caller } from "../caller.ts";

/** A request as the functions of a built module read it. */
export interface Moment extends Remembering {
  readonly args: JsonObject;
  readonly principal: Principal;
  readonly context: Context;
  readonly tool: Facts;
  readonly resource: Facts;
  readonly result: undefined;
  readonly name: string | undefined;
  readonly uri: string | undefined;
}

/** What is said of a rule beside its callers and conditions; of a rule that narrows, all that its stage asks. */
export interface EmbeddedHead extends Pick<RuleHeadIr, "id" | "place" | "because" | "note"> {
  /** Absent where the rule is enforced. */
  readonly shadow?: true;
  readonly [more: string]: unknown;
}

/** A rule about one subject: what is said of it, and functions that the compiler made of its conditions. */
export interface EmbeddedRule {
  readonly sort: "allow" | "deny" | "require" | "limit" | "label" | "redact";
  readonly head: EmbeddedHead;
  /** Of an allow only whether it is true. */
  readonly truth: (moment: Moment) => Truth;
  /** As a list asks, while of a call only the operation and the caller are known: whether an allow may be true, a deny surely is. */
  readonly before: (moment: Moment) => boolean;
  /** For each atom behind its truth, pointers of the arguments that it reads: of denies. */
  readonly behind: (moment: Moment) => readonly (readonly string[])[];
  /** What a limit sums; one where it counts calls. */
  readonly amount: (moment: Moment) => Value | undefined;
}

const nothing = (): readonly [] => [];
const never = (): boolean => false;
const one = (): number => 1;

/** A rule with what most rules need not say left out. */
export function ruleOf(
  sort: EmbeddedRule["sort"],
  head: EmbeddedHead,
  truth: EmbeddedRule["truth"],
  before: EmbeddedRule["before"] = never,
  behind: EmbeddedRule["behind"] = nothing,
  amount: EmbeddedRule["amount"] = one,
): EmbeddedRule {
  return { sort, head, truth, before, behind, amount };
}

/** Places in one file of a policy, written short. */
export function placeIn(file: string): (line: number, column: number) => Place {
  return (line, column) => ({ file, line, column });
}

/** Rules that speak of the same operations, sorted by id. */
export type EmbeddedSubject = readonly EmbeddedRule[];

/** A server: its tools and prompts that rules speak of, by name, and what all further names and other operations are decided by. */
export interface EmbeddedServer {
  readonly root?: string;
  /** Its names are known when they are met: none is listed. */
  readonly untyped?: true;
  readonly tool?: ReadonlyMap<string, EmbeddedSubject>;
  readonly prompt?: ReadonlyMap<string, EmbeddedSubject>;
  readonly further?: Readonly<Partial<Record<Operation["kind"], EmbeddedSubject>>>;
  /** By the names of tools what makes a check of their arguments; of pinned tools those that some rule can allow. */
  readonly checkers?: ReadonlyMap<string, () => SchemaChecker>;
}

/** What a stage is asked about: a call that the rules allow. */
export interface Allowed {
  readonly roles: PolicyIr["roles"];
  readonly rules: readonly EmbeddedRule[];
  readonly moment: Moment;
  readonly caller: Caller;
  readonly request: Request;
}

/** One of the steps 6 to 8 of language.md section 6, for an allowed call: it stays allowed, or becomes less. */
export type Stage = (decision: Decision, asked: Allowed) => Decision;

/** A policy as a built module holds it. */
export interface EmbeddedParts {
  readonly roles: PolicyIr["roles"];
  readonly principal: PolicyIr["principal"];
  readonly servers: ReadonlyMap<string, EmbeddedServer>;
  readonly permits: Engine["permits"];
  /** In their order; none where the policy has only allows and denies. */
  readonly stages: readonly Stage[];
  /** What conditions read as `tool`; absent where none does. */
  readonly facts?: (server: string, tool: string) => Facts;
  /** What conditions about history read (`pastOf`); absent where there are none. */
  readonly past?: (
    request: Request,
    principal: Principal,
    rootOf: (server: string) => string | undefined,
  ) => Moment["past"];
  /** `inShadow`; absent where no rule is. */
  readonly shadow?: (rules: readonly EmbeddedRule[], moment: Moment) => Pick<Decision["kept"], "shadow">;
}
