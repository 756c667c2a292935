import {
  type Artifact,
  type Decision,
  digestOf,
  type Engine,
  type EngineFactory,
  IR_VERSION,
  type Operation,
  type PolicyIr,
  type Principal,
  type Request,
  type ServerIr,
  type ToolIr,
  type Violation,
} from "@mcpolicy/core";
import { ArtifactError } from "./artifact-error.ts";
import { artifactShape, policyShape } from "./artifact-shape.ts";
import { outOfBounds } from "./bounds.ts";
import { callerOf, isRefused } from "./caller.ts";
import { decide, isKnown, type Means, questionOf } from "./decide.ts";
import { type SeenRule, seenRules } from "./explain.ts";
import { isListed, residualQuestion } from "./list.ts";
import { unenforcedPatterns } from "./schema-regexp.ts";
import { closureEngine } from "./to-closure.ts";
import { type Validator, validatorOf } from "./validate.ts";

/** A policy ready to decide. Nothing in it changes after loading, and no method but `schemaOf` throws. */
export interface LoadedPolicy {
  readonly ir: PolicyIr;
  /** `sha256-<hex>` of the canonical form of `ir`: the policy's version in every log. */
  readonly digest: string;
  readonly servers: readonly ServerIr[];
  /** What could not be taken over from the tools' schemas, in words, one line each. */
  readonly warnings: readonly string[];
  /** Never throws: a failure is a denial with reason `fault`. */
  readonly decide: (request: Request) => Decision;
  /** The same decision, and every rule as it met the request. */
  readonly explain: (request: Request) => Explanation;
  /** Names that a caller's list shows, of those that are pinned, sorted. `time` in epoch milliseconds. */
  readonly list: (
    principal: Principal | undefined,
    kind: "tool" | "prompt",
    server: string,
    time: number,
  ) => readonly string[];
  /** Whether a caller's list shows one operation, also of a server where nothing is pinned. */
  readonly isListed: (principal: Principal | undefined, operation: Operation, time: number) => boolean;
  /** The narrowed input schema of a tool, or undefined where the policy pins none. */
  readonly schemaOf: (server: string, tool: string) => ToolIr["schema"] | undefined;
  /** How arguments break bounds, schema or checks; empty where they do not. Throws where the schema cannot be compiled. */
  readonly validate: (server: string, tool: string, args: unknown) => readonly Violation[];
}

/** A decision, with every rule as it met the request; `seen` is empty where no caller or no server is known. */
export interface Explanation extends Decision {
  readonly seen: readonly SeenRule[];
}

/**
 * Loads a compiled policy. Throws an `ArtifactError` where it is of another version, its digest differs, it has not got the shape
 * of an artifact, or it names an operator or a type that this runtime has not got.
 */
export function loadPolicy(artifact: Artifact, options: { readonly engine?: EngineFactory } = {}): LoadedPolicy {
  const { ir, digest } = verify(artifact);
  const engine = makeEngine(ir, options.engine ?? closureEngine);
  const validators = new Map<string, Validator>(ir.servers.map((server) => [server.name, validatorOf(server)]));
  const serverOf = (name: string): ServerIr | undefined => ir.servers.find((each) => each.name === name);

  const schemaOf: LoadedPolicy["schemaOf"] = (server, tool) => {
    const tools = serverOf(server)?.tools ?? {};
    return Object.hasOwn(tools, tool) ? tools[tool]?.schema : undefined;
  };
  const validate: LoadedPolicy["validate"] = (server, tool, args) => {
    const broken = outOfBounds(args);
    if (broken !== undefined) return [broken];
    const schema = schemaOf(server, tool);
    if (schema !== undefined)
      return validators.get(server)?.violations(tool, schema, args as Request["arguments"]) ?? [];
    return serverOf(server)?.untyped === true ? [] : [{ pointer: "", expected: "a tool that the policy knows" }];
  };
  const means: Means = {
    ir,
    engine,
    violations(operation, args) {
      if (operation.kind === "tool") return validate(operation.server, operation.name, args);
      const broken = outOfBounds(args);
      return broken === undefined ? [] : [broken];
    },
  };
  const listed: LoadedPolicy["isListed"] = (principal, operation, time) => {
    const caller = callerOf(ir, principal);
    const server = serverOf(operation.server);
    if (isRefused(caller) || server === undefined || !Number.isFinite(time) || !isKnown(server, operation))
      return false;
    return isListed(ir, residualQuestion(server, operation, caller, time));
  };

  return {
    ir,
    digest,
    servers: ir.servers,
    get warnings() {
      return unenforcedPatterns(ir);
    },
    decide: (request) => decide(means, request),
    explain(request) {
      const decision = decide(means, request);
      return { ...decision, seen: seenOrNone(ir, request) };
    },
    list(principal, kind, server, time) {
      const pinned = serverOf(server);
      const names = kind === "tool" ? Object.keys(pinned?.tools ?? {}) : (pinned?.prompts ?? []);
      return names.filter((name) => listed(principal, { kind, server, name }, time)).sort();
    },
    isListed: listed,
    schemaOf,
    validate,
  };
}

function verify(given: Artifact): { readonly ir: PolicyIr; readonly digest: string } {
  try {
    artifactShape(given, "the top level");
    if (given.mcpolicyArtifact !== 1 || given.policy?.version !== IR_VERSION) {
      const message = `this runtime loads artifacts of version 1 with policies of version ${IR_VERSION}; compile the policy again`;
      throw new ArtifactError("P0602", message);
    }
    // A copy, so that what was verified is what decides.
    const ir = structuredClone(given.policy);
    const digest = digestOf(ir);
    if (digest !== given.digest) {
      const message = `the artifact says ${given.digest}, but its policy has ${digest}: it was changed after it was compiled`;
      throw new ArtifactError("P0603", message);
    }
    policyShape(ir, "policy");
    return { ir, digest };
  } catch (failure) {
    if (failure instanceof ArtifactError) throw failure;
    throw new ArtifactError("P0601", `this is not an artifact: ${inWords(failure)}`);
  }
}

function makeEngine(ir: PolicyIr, factory: EngineFactory): Engine {
  try {
    return factory(ir);
  } catch (failure) {
    throw new ArtifactError("P0604", `no evaluator can be made of this policy: ${inWords(failure)}`);
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

function inWords(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
