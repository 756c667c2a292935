import type { Decision, EngineFactory, Request } from "@mcpolicy/core";
import { type CheckedPolicy, checkPolicy, type Files } from "@mcpolicy/language";
import { interpreterEngine, type LoadedPolicy } from "@mcpolicy/runtime";
import { decideByReference, disagreement, listByReference, truthsByReference } from "@mcpolicy/testing";
import { pinFiles } from "./servers.ts";
import { type Toolchain, toolchain } from "./toolchain.ts";

export type Backend = "generated" | "closures" | "interpreter";

/** Everything that a policy can be decided by, as `--backend` calls it. */
export const backends: readonly Backend[] = ["generated", "closures", "interpreter"];

function engineOf(name: Backend, tools: Toolchain): EngineFactory {
  return { generated: tools.generatedEngine, closures: tools.closureEngine, interpreter: interpreterEngine }[name];
}

/** Those that are compared unless others are asked for: the interpreter explains what they deny, and so is compared with them all the same. */
export const usualBackends: readonly Backend[] = ["generated", "closures"];

/** One policy with everything that can judge by it. */
export interface Evaluators {
  readonly checked: CheckedPolicy;
  readonly generated: LoadedPolicy;
  readonly closures: LoadedPolicy;
  /** Those that are compared with the reference, by name. */
  readonly compared: ReadonlyMap<string, LoadedPolicy>;
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
  const loaded = (name: Backend): LoadedPolicy =>
    tools.loadPolicy(artifact, { engine: engineOf(name, tools), abilities: tools.everyAbility });
  const all = new Map([...new Set([...usualBackends, ...names])].map((name) => [name, loaded(name)]));
  return {
    checked: policy,
    generated: all.get("generated") as LoadedPolicy,
    closures: all.get("closures") as LoadedPolicy,
    compared: new Map([...all].filter(([name]) => names.includes(name))),
  };
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
        : (disagreement(reference, decision) ?? wrongYesOrNo(loaded, request, reference.effect === "allow"));
    if (difference !== undefined) return { reference, difference: `${name}: ${difference}` };
  }
  return { reference, difference: undefined };
}

/** Which of the questions that are answered by yes or no is answered wrongly. */
function wrongYesOrNo(loaded: LoadedPolicy, request: Request, right: boolean): string | undefined {
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
  { checked: policy, generated }: Evaluators,
  { principal, context }: Request,
): string | undefined {
  for (const { name } of policy.servers) {
    for (const kind of ["tool", "prompt"] as const) {
      const wanted = listByReference(policy, principal, kind, name, context.time).join(", ");
      const got = generated.list(principal, kind, name, context.time).join(", ");
      if (wanted !== got) return `the list of ${kind}s of ${name} is [${got}], and by the reference [${wanted}]`;
    }
  }
  return undefined;
}

/** Where lists or the explanation differ from the reference's. */
export function onListsAndExplanation(evaluators: Evaluators, request: Request): string | undefined {
  return listDifferenceOn(evaluators, request) ?? explanationDifferenceOn(evaluators, request);
}
