import type { Decision, Request } from "@mcpolicy/core";
import { type CheckedPolicy, checkPolicy, type Files } from "@mcpolicy/language";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { decideByReference, disagreement, listByReference, truthsByReference } from "@mcpolicy/testing";
import { pinFiles } from "./servers.ts";
import { type Toolchain, toolchain } from "./toolchain.ts";

/** One policy with everything that can judge by it. */
export interface Evaluators {
  readonly checked: CheckedPolicy;
  readonly generated: LoadedPolicy;
  readonly closures: LoadedPolicy;
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

/** Compiles and loads a policy for both engines. */
export function evaluatorsOf(policy: CheckedPolicy, tools: Toolchain = toolchain): Evaluators {
  const artifact = tools.compile(policy);
  const abilities = tools.everyAbility;
  return {
    checked: policy,
    generated: tools.loadPolicy(artifact, { engine: tools.generatedEngine, abilities }),
    closures: tools.loadPolicy(artifact, { engine: tools.closureEngine, abilities }),
  };
}

/** Where any evaluator differs from the reference about a request, in words. */
export function differenceOn(
  { checked: policy, generated, closures }: Evaluators,
  request: Request,
): {
  readonly reference: Decision;
  readonly difference: string | undefined;
} {
  const reference = decideByReference(policy, request, generated.validate);
  for (const [name, loaded] of Object.entries({ "generated code": generated, closures })) {
    const decision = loaded.decide(request);
    const difference =
      decision.reason === "fault" ? `a fault: ${decision.kept.fault}` : disagreement(reference, decision);
    if (difference !== undefined) return { reference, difference: `${name}: ${difference}` };
  }
  return { reference, difference: undefined };
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
