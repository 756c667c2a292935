import {
  type Artifact,
  artifactStart,
  callRules,
  type Decision,
  digestOf,
  digestOfText,
  type Effect,
  type Engine,
  type EngineFactory,
  IR_VERSION,
  type JsonObject,
  messageOf,
  type Operation,
  type PolicyIr,
  type Principal,
  type Request,
  type ServerIr,
  type StateEvent,
  type ToolIr,
  type Value,
  type Violation,
  type Windows,
} from "@mcpolicy/core";
import { type Abilities, lacking } from "./abilities.ts";
import { ArtifactError } from "./artifact-error.ts";
import { demandArtifact, demandPolicy } from "./artifact-shape.ts";
import { outOfBounds } from "./bounds.ts";
import { callerOf, isRefused } from "./caller.ts";
import { decide, type Means } from "./decide.ts";
import { finderOf } from "./detect.ts";
import { checkedTwice } from "./double-checked.ts";
import { demandExpected, type Expected } from "./expected.ts";
import { type SeenRule, seenRules } from "./explain.ts";
import { foresee, type Unseen } from "./foresee.ts";
import { formats } from "./formats.ts";
import { isListed } from "./list.ts";
import { isTemplateListed } from "./list-templates.ts";
import { nearRules } from "./near-rules.ts";
import { type Needs, needsOf } from "./need.ts";
import { isKnown } from "./operations.ts";
import { distinct } from "./outcome.ts";
import { withNarrowed as policiesOf } from "./past.ts";
import { type YesOrNo, yesOrNo } from "./permits.ts";
import { readinessOf } from "./readiness.ts";
import { type Recorder, recorderOf } from "./record.ts";
import { type Answer, answer } from "./result.ts";
import { callQuestion, questionOf, residualQuestion } from "./scene-question.ts";
import { unenforcedPatterns } from "./schema-regexp.ts";
import { scrubbed } from "./scrub.ts";
import { type Step, stepOf } from "./step.ts";
import { closureEngine } from "./to-closure.ts";
import { malformed, type ToolResult } from "./tool-result.ts";
import { type Validator, validatorOf } from "./validate.ts";
import { stateBoundOf, windowsOf } from "./windows.ts";

/** A policy ready to decide. Nothing in it changes after loading. */
export interface LoadedPolicy extends YesOrNo, Needs {
  readonly ir: PolicyIr;
  /** `sha256-<hex>` of the canonical form of `ir`: the policy's version in every log. */
  readonly digest: string;
  readonly servers: readonly ServerIr[];
  /** What could not be taken over from the tools' schemas, in words, one line each. */
  readonly warnings: readonly string[];
  /** Never throws: a failure is a denial with reason `fault`. */
  readonly decide: (request: Request) => Decision;
  /**
   * The same decision for a call with an id of its own, and the event that is to be committed with it, in one step with the state
   * that the request brought; undefined where no rule can ever look at it, or nobody is known to have asked. Never throws.
   */
  readonly step: (request: Request, id: string) => Step;
  /**
   * What becomes of a call's result: the decision, what may leave, and the event to be committed before anything leaves, undefined where no
   * rule can ever look at it. `request`
   * is the call's, with the present state; `now` in epoch milliseconds, `context` what the host supplies with the result (`on result`). Never throws: a failure holds the result back.
   */
  readonly answer: (request: Request, id: string, result: ToolResult, now: number, context?: JsonObject) => Answer;
  /** What is to be committed of a call that was let through and that the host gave up, or that never had an answer; as of `answer`. */
  readonly giveUp: (request: Request, id: string, now: number) => StateEvent | undefined;
  /** What records may keep of calls and results, as `audit` says. */
  readonly record: Recorder;
  /** How far back any rule looks: what is older may be forgotten. */
  readonly windows: Windows;
  /** What is remembered and how long, in words. */
  readonly stateBound: string;
  /** The same decision, and every rule as it met the request. */
  readonly explain: (request: Request) => Explanation;
  /** The effect of a request whatever its arguments are and whatever is remembered; undefined where it hangs on them. */
  readonly foresee: (unseen: Unseen) => Effect | undefined;
  /** Names that a caller's list shows, of those that are pinned, sorted. `time` in epoch milliseconds. */
  readonly list: (
    principal: Principal | undefined,
    kind: "tool" | "prompt",
    server: string,
    time: number,
  ) => readonly string[];
  /** Whether a caller's list shows one operation, also of a server where nothing is pinned. */
  readonly isListed: (principal: Principal | undefined, operation: Operation, time: number) => boolean;
  /** Whether a caller's list shows a resource template (RFC 6570): it may stand for something that can be read. */
  readonly isTemplateListed: (
    principal: Principal | undefined,
    server: string,
    template: string,
    time: number,
  ) => boolean;
  /**
   * What a server says that is no result of a tool, with all masked that any `redact` about this server would mask for this caller. Throws on a
   * bug of ours.
   */
  readonly scrub: (principal: Principal | undefined, server: string, said: ToolResult, time: number) => ToolResult;
  /** The narrowed input schema of a tool; where the policy pins none, what its checks ask for; undefined where there are none. */
  readonly schemaOf: (server: string, tool: string) => ToolIr["schema"] | undefined;
  /** How arguments break bounds, schema or checks; empty where they do not. Throws where the schema cannot be compiled. */
  readonly validate: (server: string, tool: string, args: unknown) => readonly Violation[];
  /** How a result breaks MCP's form, bounds or the tool's output schema; empty where it does not. Throws as `validate` does. */
  readonly validateResult: (server: string, tool: string, result: ToolResult) => readonly Violation[];
  /** Whether `validateResult` would find nothing, in a fraction of its time. Throws as that does. */
  readonly fits: (server: string, tool: string, result: ToolResult) => boolean;
}

/** A decision, with every rule as it met the request; `seen` is empty where no caller or no server is known. */
export interface Explanation extends Decision {
  readonly seen: readonly SeenRule[];
}

/**
 * `engine`: what answers yes or no, closures unless said. `abilities`: what the host carries out, nothing unless said. `expected`: which policy it
 * must be, and compiled with which definitions; any unless said.
 */
export interface LoadOptions {
  readonly engine?: EngineFactory;
  readonly abilities?: Abilities;
  readonly expected?: Expected;
}

/**
 * Loads a compiled policy, from the text of an artifact or what `JSON.parse` makes of it; the text is quicker. Throws an `ArtifactError` where it is of another version, its digest differs, it has not got the shape
 * of an artifact, or it names an operator or a type that this runtime has not got; where it is not what is `expected`; and where it asks of the host what `abilities`,
 * which are none unless given, do not declare.
 */
export function loadPolicy(artifact: Artifact | string, options: LoadOptions = {}): LoadedPolicy {
  const { ir, digest } = verify(artifact);
  demandExpected(ir, digest, options.expected ?? {});
  const means = meansOf(ir, options.engine ?? closureEngine);
  const record = recorder(ir);
  const needs = needsOf(means);
  const all = withNarrowed(means);
  const lacks = lacking(ir, options.abilities ?? {});
  if (lacks.length > 0) {
    const what = `the policy asks for what its host has not declared that it carries out: ${lacks.join(", ")}`;
    throw new ArtifactError("P0605", `${what}; declare it where the policy is loaded, or take it out of the policy`);
  }
  const serverOf = (name: string): ServerIr | undefined => ir.servers.find((each) => each.name === name);

  const listed: LoadedPolicy["isListed"] = (principal, operation, time) =>
    withNarrowed(means).every((each) => isListedBy(each.near(operation), principal, operation, time));

  return withLazies({
    ir,
    digest,
    servers: ir.servers,
    ...yesOrNo(means),
    decide: (request) => decide(means, request, "").decision,
    ...needs,
    step: (request, id) => stepOf(means, needs, request, id),
    answer: (request, id, result, now, context) => answer(means, needs, { request, id, result, now, context }),
    giveUp(request, id, now) {
      return needs.kept({ kind: "answer", id, at: now, completed: false, labels: [] }, request.operation);
    },
    record,
    explain(request) {
      // Whoever asks why is given what the interpreter says too: an engine that lets through what it would not is found out.
      const { decision } = decide(thoroughly(means), request, "");
      return { ...decision, seen: withNarrowed(means).flatMap((each) => seenOrNone(each.ir, request)) };
    },
    foresee: (unseen) => foresee(means, unseen),
    list(principal, kind, server, time) {
      const pinned = serverOf(server);
      const names = kind === "tool" ? Object.keys(pinned?.tools ?? {}) : (pinned?.prompts ?? []);
      return names.filter((name) => listed(principal, { kind, server, name }, time)).sort();
    },
    isListed: listed,
    isTemplateListed(principal, name, template, time) {
      return all.every(({ ir: each }) => {
        const caller = callerOf(each, principal);
        const server = each.servers.find((one) => one.name === name);
        if (isRefused(caller) || server === undefined || !Number.isFinite(time)) return false;
        return isTemplateListed(each, server, template, caller, time);
      });
    },
    scrub(principal, server, said, time) {
      return scrubbed(
        all.map((each) => each.ir),
        principal,
        server,
        said,
        time,
      );
    },
    schemaOf: (server, tool) => joinedSchema(withNarrowed(means).map((each) => schemaOf(each.ir, server, tool))),
    validate(server, tool, args) {
      const operation = { kind: "tool", server, name: tool } as const;
      return distinct(withNarrowed(means).flatMap((each) => each.violations(operation, args)));
    },
    validateResult(server, tool, result) {
      const broken = malformed(result);
      if (broken !== undefined) return [broken];
      return distinct(withNarrowed(means).flatMap((each) => each.resultViolations(server, tool, result)));
    },
    fits(server, tool, result) {
      if (malformed(result) !== undefined) return false;
      for (const each of all) if (!each.isValidResult(server, tool, result)) return false;
      return true;
    },
  });
}

type Lazies = Pick<LoadedPolicy, "warnings" | "windows" | "stateBound">;

const windowsByPolicy = new WeakMap<PolicyIr, Windows>();

/**
 * What is found out when it is first asked for. The same functions for every policy, and added last: engines of JavaScript take an object whose literal
 * has getters, or that is given others than the last one was, for a table, in which each name is looked up again whenever it is asked for.
 */
const lazies: { readonly [name in keyof Lazies]: PropertyDescriptor & ThisType<LoadedPolicy> } = {
  warnings: {
    enumerable: true,
    get() {
      return [...new Set(policiesOf(this.ir).flatMap(unenforcedPatterns))];
    },
  },
  windows: {
    enumerable: true,
    get() {
      const known = windowsByPolicy.get(this.ir) ?? windowsOf(this.ir);
      windowsByPolicy.set(this.ir, known);
      return known;
    },
  },
  stateBound: {
    enumerable: true,
    get() {
      return stateBoundOf(this.ir);
    },
  },
};

function withLazies(policy: Omit<LoadedPolicy, keyof Lazies>): LoadedPolicy {
  return Object.defineProperties(policy, lazies) as LoadedPolicy;
}

/** What a policy decides with, and each that it narrows. */
function meansOf(ir: PolicyIr, factory: EngineFactory): Means {
  const engine = makeEngine(ir, factory);
  /** By server and tool, of those that have a schema. */
  const schemaChecks = new Map<string, Map<string, ReturnType<Validator["check"]>>>();
  const resultChecks = new Map<string, Map<string, ReturnType<Validator["check"]>>>();
  const servers = new Map(ir.servers.map((server) => [server.name, server]));
  const validatorsOf = (): ReadonlyMap<string, Validator> =>
    new Map(ir.servers.map((server) => [server.name, validatorOf(server)]));
  const [ofArguments, ofResults] = [validatorsOf(), validatorsOf()];
  return {
    ir,
    engine,
    rules: callRules(ir),
    ready: readinessOf(ir),
    soleAllows: [],
    narrows: (ir.narrows ?? []).map((wider) => meansOf(wider, factory)),
    near: nearRules(ir),
    ask: (server, caller, request, state) => callQuestion(ir, server, caller, request, state),
    askBefore: residualQuestion,
    isValid(operation, args) {
      if (outOfBounds(args) !== undefined) return false;
      if (operation.kind !== "tool") return true;
      const { server, name } = operation;
      const known = schemaChecks.get(server)?.get(name);
      if (known !== undefined) return known(args as Request["arguments"]);
      const schema = schemaOf(ir, server, name);
      const validator = ofArguments.get(server);
      if (schema === undefined) return servers.get(server)?.untyped === true;
      if (validator === undefined) return false;
      const check = engine.fits?.(server, name) ?? validator.check(name, schema);
      schemaChecks.set(server, (schemaChecks.get(server) ?? new Map<string, typeof check>()).set(name, check));
      return check(args as Request["arguments"]);
    },
    violations(operation, args) {
      const broken = outOfBounds(args);
      if (broken !== undefined) return [broken];
      if (operation.kind !== "tool") return [];
      const { server, name } = operation;
      const schema = schemaOf(ir, server, name);
      if (schema !== undefined) {
        return ofArguments.get(server)?.violations(name, schema, args as Request["arguments"]) ?? unknownTool;
      }
      return servers.get(server)?.untyped === true ? [] : unknownTool;
    },
    isValidResult(server, tool, { structuredContent, isError }) {
      const known = resultChecks.get(server)?.get(tool);
      if (known !== undefined) {
        return structuredContent === undefined ? isError === true : known(structuredContent as Request["arguments"]);
      }
      const schema = toolOf(ir, server, tool)?.resultSchema;
      const validator = ofResults.get(server);
      if (schema === undefined) return true;
      if (structuredContent === undefined) return isError === true;
      if (validator === undefined) return false;
      const check = validator.check(tool, schema);
      resultChecks.set(server, (resultChecks.get(server) ?? new Map<string, typeof check>()).set(tool, check));
      return check(structuredContent as Request["arguments"]);
    },
    resultViolations(server, tool, { structuredContent, isError }) {
      const schema = toolOf(ir, server, tool)?.resultSchema;
      if (schema === undefined) return [];
      if (structuredContent === undefined) {
        return isError === true ? [] : [{ pointer: "", expected: "structured content, as the output schema has it" }];
      }
      return ofResults.get(server)?.violations(tool, schema, structuredContent as Request["arguments"]) ?? [];
    },
  };
}

const unknownTool: readonly Violation[] = [{ pointer: "", expected: "a tool that the policy knows" }];

/** The same, with every answer held against the interpreter. */
function thoroughly(means: Means): Means {
  const { engine, ir, narrows } = means;
  return { ...means, engine: checkedTwice(engine, ir), soleAllows: [], narrows: narrows.map(thoroughly) };
}

function withNarrowed(means: Means): readonly Means[] {
  return [means, ...means.narrows.flatMap(withNarrowed)];
}

function isListedBy(ir: PolicyIr, principal: Principal | undefined, operation: Operation, time: number): boolean {
  const caller = callerOf(ir, principal);
  const server = ir.servers.find((each) => each.name === operation.server);
  if (isRefused(caller) || server === undefined || !Number.isFinite(time) || !isKnown(server, operation)) return false;
  return isListed(ir, residualQuestion(server, operation, caller, time));
}

function toolOf(ir: PolicyIr, server: string, tool: string): ToolIr | undefined {
  const tools = ir.servers.find((each) => each.name === server)?.tools ?? {};
  return Object.hasOwn(tools, tool) ? tools[tool] : undefined;
}

function schemaOf(ir: PolicyIr, server: string, tool: string): ToolIr["schema"] | undefined {
  const pinned = toolOf(ir, server, tool);
  if (pinned !== undefined) return pinned.schema;
  const checks = ir.servers.find((each) => each.name === server)?.checks ?? {};
  return Object.hasOwn(checks, tool) ? checks[tool] : undefined;
}

/**
 * One schema of several narrowed from the same pinned definition: what any of them adds holds, and it is closed where one of them is.
 * The first one's own words stand.
 */
function joinedSchema(schemas: readonly (ToolIr["schema"] | undefined)[]): ToolIr["schema"] | undefined {
  const [first, ...wider] = schemas.filter((each) => each !== undefined);
  if (first === undefined || wider.length === 0) return first;
  const all = [first, ...wider];
  const joined = new Map(
    all
      .flatMap((each) => (each["allOf"] as readonly Value[] | undefined) ?? [])
      .map((part) => [JSON.stringify(part), part]),
  );
  return Object.assign({}, ...all.toReversed(), joined.size === 0 ? {} : { allOf: [...joined.values()] });
}

function verify(given: Artifact | string): { readonly ir: PolicyIr; readonly digest: string } {
  try {
    const { ir, digest } = (typeof given === "string" ? ofCanonicalText(given) : undefined) ?? ofArtifact(given);
    demandPolicy(ir);
    return { ir, digest };
  } catch (failure) {
    if (failure instanceof ArtifactError) throw failure;
    throw new ArtifactError("P0601", `this is not an artifact: ${messageOf(failure)}`);
  }
}

/** Of a text as the compiler writes it, whose digest is that of its own characters; undefined of any other. */
function ofCanonicalText(text: string): { readonly ir: PolicyIr; readonly digest: string } | undefined {
  const [start, digest] = artifactStart.exec(text) ?? [];
  if (start === undefined || digest === undefined) return undefined;
  const policy = text.slice(start.length, text.lastIndexOf("}"));
  return digestOfText(policy) === digest ? { ir: ofThisVersion(JSON.parse(policy)), digest } : undefined;
}

function ofArtifact(given: Artifact | string): { readonly ir: PolicyIr; readonly digest: string } {
  const artifact: Artifact = typeof given === "string" ? JSON.parse(given) : given;
  demandArtifact(artifact);
  if (artifact.mcpolicyArtifact !== 1) throw anotherVersion();
  // A copy, so that what was verified is what decides.
  const ir = ofThisVersion(typeof given === "string" ? artifact.policy : structuredClone(artifact.policy));
  const digest = digestOf(ir);
  if (digest === artifact.digest) return { ir, digest };
  const message = `the artifact says ${artifact.digest}, but its policy has ${digest}: it was changed after it was compiled`;
  throw new ArtifactError("P0603", message);
}

function ofThisVersion(policy: PolicyIr | undefined): PolicyIr {
  if (policy?.version !== IR_VERSION) throw anotherVersion();
  return policy;
}

function anotherVersion(): ArtifactError {
  const message = `this runtime loads artifacts of version 1 with policies of version ${IR_VERSION}; compile the policy again`;
  return new ArtifactError("P0602", message);
}

function makeEngine(ir: PolicyIr, factory: EngineFactory): Engine {
  try {
    // What would fail only when a result is there fails now.
    for (const rule of ir.redacts ?? []) finderOf(rule);
    return factory(ir, formats);
  } catch (failure) {
    throw new ArtifactError("P0604", `no evaluator can be made of this policy: ${messageOf(failure)}`);
  }
}

function recorder(ir: PolicyIr): Recorder {
  try {
    return recorderOf(ir);
  } catch (failure) {
    throw new ArtifactError("P0604", `no record can be kept as this policy says: ${messageOf(failure)}`);
  }
}

function seenOrNone(ir: PolicyIr, request: Request): readonly SeenRule[] {
  try {
    const question = questionOf(ir, request);
    return question === undefined ? [] : seenRules(ir, question);
  } catch {
    // The decision says `fault` already; there is nothing more to show.
    return [];
  }
}
