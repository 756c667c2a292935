import type {
  AuditedCaller,
  AuditedProof,
  AuditRecord,
  Context,
  Decision,
  DecisionRecord,
  Effect,
  JsonObject,
  KeptValues,
  Operation,
  OutcomeRecord,
  Principal,
  Proof,
  Request,
  ServerIr,
} from "@mcpolicy/core";

/** What replaying asks of a policy: a loaded one of `@mcpolicy/runtime`, with a state of its own. */
export interface ReplayPolicy {
  readonly servers: readonly ServerIr[];
  readonly permits: (request: Request) => boolean;
  readonly decide: (request: Request) => Decision;
  readonly foresee: (unseen: {
    readonly principal: Principal | undefined;
    readonly operation: Operation;
    readonly time: number;
    readonly context?: Context;
    readonly isValid: boolean;
    readonly hasProofs: boolean;
  }) => Effect | undefined;
  /** Undefined where the decision reads nothing that is remembered and leaves nothing behind. */
  readonly need: (request: Request) => unknown;
}

/** The policy's memory, rebuilt as the log is gone through. */
export interface ReplayMemory {
  readonly step: (request: Request, id: string) => Soon<{ readonly decision: Decision }>;
  readonly answer: (request: Request, id: string, result: object, now: number) => unknown;
  readonly giveUp: (request: Request, id: string, now: number) => unknown;
}

type Soon<Value> = Value | Promise<Value>;

export interface ReplayOptions {
  readonly policy: ReplayPolicy;
  readonly memory: ReplayMemory;
  /** The names of the `principal` and `context` fields that the policy declares. */
  readonly attributes: readonly string[];
  readonly facts: readonly string[];
  /** The policy that made the decisions, where it is at hand: what both say alike needs no values. */
  readonly was?: {
    readonly digest: string;
    readonly attributes: readonly string[];
    readonly facts: readonly string[];
    readonly decidesAlike: (operation: Operation) => boolean;
    readonly validatesAlike: (operation: Operation) => boolean;
  };
}

/** Why a decision could not be replayed. */
export const whyNot = {
  adapter: "no policy made it: the adapter refused the message, or answered it by its table of methods",
  values:
    "the answer hangs on values of arguments of which the log keeps names or digests only (`audit { arguments full }` keeps them)",
  masked:
    "the answer hangs on values of arguments that were masked before they were written down (`audit { redact … }`)",
  attributes: "the answer may hang on attributes of the caller that the log does not keep",
  context: "the answer hangs on facts of the host that the log does not keep",
  cut: "the name of the operation was too long for a record, and was cut",
  fault: "the decision failed then (reason `fault`): what it would have been is not told",
} as const;

export type WhyNot = keyof typeof whyNot;

/** Decisions that come out otherwise in the same way. */
export interface ChangeGroup {
  readonly from: Effect;
  readonly to: Effect;
  /** `fs.read_text_file`, or another kind of operation and its server. */
  readonly operation: string;
  /** Why now, and by which rules. */
  readonly reason: string;
  readonly rules: readonly string[];
  readonly count: number;
  /** The first of them: the index of its record, its id, its time (epoch milliseconds) and who called. */
  readonly first: { readonly index: number; readonly id: string; readonly at: number; readonly caller?: string };
}

/** What became of a log's decisions under another policy. */
export interface ReplayReport {
  readonly decisions: number;
  readonly unchanged: number;
  readonly changed: number;
  /** By `FROM→TO`. */
  readonly changes: Readonly<Record<string, number>>;
  readonly groups: readonly ChangeGroup[];
  /** Groups beyond the most that are told apart. */
  readonly furtherChanges: number;
  readonly notReplayed: Readonly<Partial<Record<WhyNot, number>>>;
  /** Of those replayed: decided without values, since the answer is the same whatever they were, or both policies say alike. */
  readonly withoutValues: number;
  /** Of those replayed: decided with history, labels, limits or spent proofs as they were rebuilt from the log. */
  readonly withMemory: number;
  /** What the rebuilt memory lacks, where it was asked: it may then differ from what was remembered. */
  readonly gaps: Readonly<Record<"calls" | "results" | "diverged", number>>;
}

/** Groups of changes that are told apart. */
const MOST_GROUPS = 10_000;

/** Reasons that are the adapter's own. */
const byAdapter: ReadonlySet<DecisionRecord["reason"]> = new Set([
  "table",
  "not-in-table",
  "malformed",
  "pending",
  "lost",
  "pin-mismatch",
  "scope",
]);

/** Effects of decisions whose arguments had been found valid. */
const afterValidation: ReadonlySet<Effect> = new Set(["deny", "ask", "allow"]);

/** What was found, and of which records. */
function emptyTally() {
  return {
    decisions: 0,
    unchanged: 0,
    changed: 0,
    changes: {} as Record<string, number>,
    groups: new Map<string, ChangeGroup>(),
    furtherChanges: 0,
    notReplayed: {} as Partial<Record<WhyNot, number>>,
    withoutValues: 0,
    withMemory: 0,
  };
}

/** Goes through the records of a log, in order, and decides each recorded request anew. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #known: boolean;
  readonly #gaps = { calls: 0, results: 0, diverged: 0 };
  /** Calls that the policy let through and that the memory waits for. */
  readonly #open = new Map<string, Request>();
  #tally = emptyTally();

  constructor(options: ReplayOptions) {
    this.#options = options;
    // Without attributes of its own a policy misses none.
    this.#known = options.attributes.length === 0;
  }

  /** Takes the next record. To be awaited where it gives a promise. */
  take(record: AuditRecord, index: number): void | Promise<void> {
    if (record.kind === "decision") return this.#decision(record, index);
    if (record.kind === "outcome") return this.#outcome(record);
  }

  /** Takes a record into the memory only: one from before the time that is looked at. To be awaited as `take`. */
  remember(record: AuditRecord): void | Promise<void> {
    const tally = this.#tally;
    this.#tally = emptyTally();
    return soon(this.take(record, 0), () => {
      this.#tally = tally;
    });
  }

  report(): ReplayReport {
    const { groups, ...counts } = this.#tally;
    const sorted = [...groups.values()].sort((a, b) => b.count - a.count || a.first.index - b.first.index);
    return { ...counts, groups: sorted, gaps: this.#gaps };
  }

  #decision(record: DecisionRecord, index: number): void | Promise<void> {
    this.#tally.decisions += 1;
    const why = this.#whyNot(record);
    if (why !== undefined) {
      this.#skip(why);
      return;
    }
    const { policy, memory } = this.#options;
    const request = this.#requestOf(record);
    const values = valuesOf(record.arguments, record.operation as Operation);
    const context = this.#contextOf(record);
    if (values === undefined || context === undefined) return this.#foresee(record, index, request, context);
    const whole = { ...request, arguments: values, context };
    if (policy.need(whole) === undefined) {
      // Most calls are let through: yes is answered without saying why.
      if (record.effect === "allow" && policy.permits(whole)) {
        this.#tally.unchanged += 1;
        return;
      }
      const decision = policy.decide(whole);
      this.#compare(record, index, decision.effect, () => decision);
      return;
    }
    this.#tally.withMemory += 1;
    const stepped = memory.step(whole, record.id);
    return soon(stepped, ({ decision }) => this.#stepped(record, index, whole, decision));
  }

  #stepped(record: DecisionRecord, index: number, request: Request, decision: Decision): void | Promise<void> {
    this.#compare(record, index, decision.effect, () => decision);
    if (decision.effect !== "allow") return;
    if (record.effect === "allow") {
      this.#open.set(record.id, request);
      return;
    }
    // It was denied then, so that nobody knows what it would have come to.
    this.#gaps.diverged += 1;
    return settled(this.#options.memory.giveUp(request, record.id, record.at));
  }

  #outcome({ id, at, ended, result }: OutcomeRecord): void | Promise<void> {
    const request = this.#open.get(id);
    if (request === undefined) return;
    this.#open.delete(id);
    const { memory } = this.#options;
    if (ended !== "result" && ended !== "withheld") return settled(memory.giveUp(request, id, at));
    if (result?.kept !== "full") this.#gaps.results += 1;
    return settled(memory.answer(request, id, result?.kept === "full" ? result.result : { content: [] }, at));
  }

  /** Decides without the values, where the answer is the same whatever they were. */
  #foresee(record: DecisionRecord, index: number, request: Request, context: Context | undefined): void {
    const { policy, was } = this.#options;
    const operation = record.operation as Operation;
    const isAlike = was?.digest === record.policy && was.decidesAlike(operation);
    const isStateless = policy.need(request) === undefined;
    if (!isStateless) this.#gaps.calls += 1;
    if (isAlike && isStateless) {
      this.#tally.withoutValues += 1;
      this.#tally.unchanged += 1;
      return;
    }
    const effect = policy.foresee({
      principal: request.principal,
      operation,
      time: record.at,
      ...(context === undefined ? {} : { context }),
      isValid: this.#isValid(record),
      hasProofs: (record.proofs ?? []).length > 0,
    });
    if (effect === undefined) {
      this.#skip(reasonFor(record));
      return;
    }
    this.#tally.withoutValues += 1;
    this.#compare(record, index, effect, () => ({ ...policy.decide(request), effect }));
  }

  /** Whether arguments that were valid then surely are so now. */
  #isValid({ effect, pin, policy: digest, operation }: DecisionRecord): boolean {
    const { policy, was } = this.#options;
    if (!afterValidation.has(effect) || operation === undefined) return false;
    if (operation.kind !== "tool") return true;
    if (was?.digest === digest && was.validatesAlike(operation)) return true;
    const tools = policy.servers.find(({ name }) => name === operation.server)?.tools ?? {};
    const tool = Object.hasOwn(tools, operation.name) ? tools[operation.name] : undefined;
    // A `check` is joined to the pinned schema by `allOf`; without one the pinned schema is all there is.
    return tool !== undefined && tool.digest === pin && !Object.hasOwn(tool.schema, "allOf");
  }

  #whyNot({ operation, reason, caller, policy }: DecisionRecord): WhyNot | undefined {
    if (operation === undefined || byAdapter.has(reason)) return "adapter";
    if (reason === "fault") return "fault";
    if ([...("name" in operation ? [operation.name] : []), ...("uri" in operation ? [operation.uri] : [])].some(isCut))
      return "cut";
    return this.#known || caller === undefined || this.#hasAttributes(caller, policy) ? undefined : "attributes";
  }

  #hasAttributes({ attributes }: AuditedCaller, digest: string): boolean {
    const { was } = this.#options;
    const values = plainValues(attributes);
    if (attributes !== undefined && values === undefined) return false;
    const told = was?.digest === digest ? was.attributes : [];
    return this.#options.attributes.every((name) => told.includes(name) || Object.hasOwn(values ?? {}, name));
  }

  /** The facts of the host; undefined where some may be missing. `ip` is kept wherever there was one. */
  #contextOf({ context, at, policy }: DecisionRecord): Context | undefined {
    const { facts, was } = this.#options;
    const values = context === undefined ? {} : plainValues(context);
    if (values === undefined) return undefined;
    const told = was?.digest === policy ? was.facts : [];
    const isWhole = facts.every((name) => name === "ip" || told.includes(name) || Object.hasOwn(values, name));
    return isWhole ? ({ ...values, time: at } as Context) : undefined;
  }

  #requestOf({ caller, operation, at, proofs }: DecisionRecord): Request {
    return {
      principal: caller === undefined ? undefined : principalOf(caller),
      operation: operation as Operation,
      arguments: {},
      context: { time: at },
      ...(proofs === undefined ? {} : { proofs: proofs.map(proofOf) }),
    };
  }

  #compare(record: DecisionRecord, index: number, effect: Effect, decide: () => Decision): void {
    if (effect === record.effect) {
      this.#tally.unchanged += 1;
      return;
    }
    this.#tally.changed += 1;
    const change = `${record.effect}→${effect}`;
    this.#tally.changes[change] = (this.#tally.changes[change] ?? 0) + 1;
    const { groups } = this.#tally;
    const { reason, rules } = decide();
    const operation = operationText(record.operation as Operation);
    const ids = rules.map(({ id }) => id);
    const key = JSON.stringify([change, operation, reason, ids]);
    const group = groups.get(key);
    if (group === undefined && groups.size === MOST_GROUPS) {
      this.#tally.furtherChanges += 1;
      return;
    }
    const { id, at, caller } = record;
    const first = group?.first ?? { index, id, at, ...(caller === undefined ? {} : { caller: caller.id }) };
    const count = (group?.count ?? 0) + 1;
    groups.set(key, { from: record.effect, to: effect, operation, reason, rules: ids, count, first });
  }

  #skip(why: WhyNot): void {
    const { notReplayed } = this.#tally;
    notReplayed[why] = (notReplayed[why] ?? 0) + 1;
  }
}

/** An operation as people write it. */
export function operationText(operation: Operation): string {
  if (operation.kind === "tool") return `${operation.server}.${operation.name}`;
  if (operation.kind === "prompt") return `prompt ${operation.server}.${operation.name}`;
  return `${operation.kind} ${operation.server}`;
}

/** The arguments as they came; undefined where they are not known. */
function valuesOf(kept: KeptValues | undefined, { kind }: Operation): JsonObject | undefined {
  if (kept === undefined) return kind === "tool" || kind === "prompt" ? undefined : {};
  return plainValues(kept);
}

function plainValues(kept: KeptValues | undefined): JsonObject | undefined {
  if (kept === undefined) return undefined;
  if (kept.kept === "full") return kept.masked === true ? undefined : kept.values;
  const names = kept.kept === "keys" ? kept.names : Object.keys(kept.digests);
  return names.length === 0 && kept.kept === "hashed" ? {} : undefined;
}

function reasonFor({ arguments: kept, context }: DecisionRecord): WhyNot {
  if (kept?.kept === "full" && kept.masked === true) return "masked";
  if (kept?.kept === "full" || (kept === undefined && context !== undefined)) return "context";
  return "values";
}

function isCut(text: string): boolean {
  return text.length === 201 && text.endsWith("…");
}

function principalOf({ id, client, tenant, roles, attributes }: AuditedCaller): Principal {
  return {
    ...plainValues(attributes),
    id,
    roles: Array.isArray(roles) ? roles : [],
    ...(client === undefined ? {} : { client }),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

function proofOf({ kind, id, at, rules, name, by }: AuditedProof): Proof {
  const proof = { id, at, ...(rules === undefined ? {} : { rules }) };
  if (kind === "approval") return { ...proof, kind, by: by === undefined ? { id: "", roles: [] } : principalOf(by) };
  return kind === "duty" ? { ...proof, kind, name: name ?? "" } : { ...proof, kind };
}

function soon<Value>(value: Soon<Value>, next: (value: Value) => void | Promise<void>): void | Promise<void> {
  return value instanceof Promise ? value.then(next) : next(value);
}

function settled(value: unknown): void | Promise<void> {
  return value instanceof Promise ? value.then(() => {}) : undefined;
}
