import type { Decision, EngineFactory, Request } from "@mcpolicy/core";
import { type CheckedPolicy, checkPolicy, type Files } from "@mcpolicy/language";
import { interpreterEngine, type LoadedPolicy } from "@mcpolicy/runtime";
import { decideByReference, disagreement, listByReference, truthsByReference } from "@mcpolicy/testing";
import { builtModule, type Decider, withoutHidden } from "./built-module.ts";
import { pinFiles } from "./servers.ts";
import { type Toolchain, toolchain } from "./toolchain.ts";

export type Backend = Loading | "module";

/** Engines of a loaded policy. */
type Loading = "generated" | "closures" | "interpreter";

/** Everything that a policy can be decided by, as `--backend` calls it. */
export const backends: readonly Backend[] = ["generated", "closures", "interpreter", "module"];

function engineOf(name: Loading, tools: Toolchain): EngineFactory {
  return { generated: tools.generatedEngine, closures: tools.closureEngine, interpreter: interpreterEngine }[name];
}

/** Those that are compared unless others are asked for: the interpreter explains what they deny, and so is compared with them all the same. */
export const usualBackends: readonly Loading[] = ["generated", "closures"];

/** One policy with everything that can judge by it. */
export interface Evaluators {
  readonly checked: CheckedPolicy;
  readonly generated: LoadedPolicy;
  readonly closures: LoadedPolicy;
  /** Those that are compared with the reference, by name. */
  readonly compared: ReadonlyMap<string, Decider>;
}

/** Checks a policy text over the made-up servers. `errors` holds messages, and the lines that they are on. */
export function checked(text: string): {
  readonly policy: CheckedPolicy | undefined;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
} {
  const files: Files = {
    read: (path) => (path === "policy.mcpolicy" ? text : pinFiles[path]),
    join: (_, path) => path,
  };
  const { policy, diagnostics, sources } = checkPolicy(["policy.mcpolicy"], files);
  const errors = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ code, message, span }) => ({
      line: sources.get(span.file)?.position(span.start).line ?? 0,
      message: `${code} ${message}`,
    }));
  return { policy, errors };
}

/** Compiles a policy and loads it for each backend. */
export function evaluatorsOf(
  policy: CheckedPolicy,
  names: readonly Backend[] = usualBackends,
  tools: Toolchain = toolchain,
): Evaluators {
  const artifact = tools.compile(policy);
  const loaded = (name: Loading): LoadedPolicy =>
    tools.loadPolicy(artifact, { engine: engineOf(name, tools), abilities: tools.everyAbility });
  const [generated, closures] = [loaded("generated"), loaded("closures")];
  const built = (): Decider => {
    if (tools.kernel === undefined) throw new Error("there is no kernel to make modules of");
    return builtModule(artifact, tools.kernel);
  };
  // biome-ignore format: table
  const make: Readonly<Record<Backend, () => Decider>> = {
    generated:   () => generated,
    closures:    () => closures,
    interpreter: () => loaded("interpreter"),
    module:      built,
  };
  return { checked: policy, generated, closures, compared: new Map(names.map((name) => [name, make[name]()])) };
}

/** Where any evaluator differs from the reference about a request, in words. */
export function differenceOn(
  { checked: policy, generated, compared }: Evaluators,
  request: Request,
): {
  readonly reference: Decision;
  readonly difference: string | undefined;
} {
  const reference = decideByReference(policy, request, generated.validate);
  for (const [name, loaded] of compared) {
    const decision = loaded.decide(request);
    const difference =
      decision.reason === "fault"
        ? `a fault: ${decision.kept.fault}`
        : (differenceOf(name, reference, decision) ?? wrongYesOrNo(loaded, request, reference.effect === "allow"));
    if (difference !== undefined) return { reference, difference: `${name}: ${difference}` };
  }
  return { reference, difference: undefined };
}

/** Where a backend's decision differs from the reference's, as far as that backend tells. */
export function differenceOf(backend: string, reference: Decision, decision: Decision): string | undefined {
  return backend === "module"
    ? disagreement(withoutHidden(reference), withoutHidden(decision))
    : disagreement(reference, decision);
}

/** Which of the questions that are answered by yes or no is answered wrongly. */
function wrongYesOrNo(loaded: Decider, request: Request, right: boolean): string | undefined {
  const { principal, operation, arguments: args, context, proofs, state } = request;
  const bound = loaded.bind(principal);
  const answers = { permits: loaded.permits(request), "bind, permits": bound.permits(request) };
  // A tool that is asked for without an object around the call brings no proofs.
  const ofTool =
    operation.kind === "tool" && proofs === undefined
      ? { "bind, permitsTool": bound.permitsTool(operation.server, operation.name, args, context, state) }
      : {};
  const wrong = Object.entries({ ...answers, ...ofTool }).find(([, answer]) => answer !== right);
  return wrong === undefined ? undefined : `${wrong[0]} is ${wrong[1]}, and by the reference ${right}`;
}

/** Where the explainer differs: in the decision, or in the truth of any rule, shadow rules included. */
export function explanationDifferenceOn(
  { checked: policy, generated }: Evaluators,
  request: Request,
): string | undefined {
  const explanation = generated.explain(request);
  const decided = disagreement(generated.decide(request), explanation);
  if (decided !== undefined) return `explainer: ${decided}`;
  const truths = truthsByReference(policy, request);
  for (const [index, truth] of truths.entries()) {
    const { id } = policy.rules[index]!;
    const seen = explanation.seen.find((rule) => rule.id === id)?.truth;
    const wanted = truth === undefined ? "unknown" : String(truth);
    if (seen !== wanted) return `explainer: the rule "${id}" is ${seen}, and by the reference ${wanted}`;
  }
  return undefined;
}

/** Where a list differs from the reference's. */
export function listDifferenceOn(
  { checked: policy, generated, compared }: Evaluators,
  { principal, context }: Request,
): string | undefined {
  for (const { name } of policy.servers) {
    for (const kind of ["tool", "prompt"] as const) {
      const wanted = listByReference(policy, principal, kind, name, context.time).join(", ");
      for (const [by, { list }] of new Map<string, Decider>([["generated", generated], ...compared])) {
        const got = list(principal, kind, name, context.time).join(", ");
        if (wanted !== got)
          return `${by}: the list of ${kind}s of ${name} is [${got}], and by the reference [${wanted}]`;
      }
    }
  }
  return undefined;
}

/** Where lists or the explanation differ from the reference's. */
export function onListsAndExplanation(evaluators: Evaluators, request: Request): string | undefined {
  return listDifferenceOn(evaluators, request) ?? explanationDifferenceOn(evaluators, request);
}
