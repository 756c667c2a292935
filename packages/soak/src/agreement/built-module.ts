import { type Kernel, toModule } from "@mcpolicy/compiler";
import type { Artifact, Decision, Request } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";

/** What every backend can be asked. */
export type Decider = Pick<LoadedPolicy, "decide" | "permits" | "bind" | "list">;

/** What a built module can be asked beside that. */
export interface BuiltModule extends Decider, Pick<LoadedPolicy, "validate"> {}

interface Exports extends Omit<BuiltModule, "bind"> {
  readonly bind: (principal: Request["principal"]) => {
    readonly permits: (call: Omit<Request, "principal">) => boolean;
  };
}

/** A policy as `policy build` makes it, run here. */
export function builtModule(artifact: Artifact, kernel: Kernel): BuiltModule {
  const { code } = toModule(artifact, kernel, "policy");
  // A module is loaded for ever, and asynchronously; a function is neither.
  const body = code.replaceAll(/^export const/gm, "const");
  const made = new Function(`"use strict";\n${body}\nreturn { decide, permits, bind, list, validate };`)() as Exports;
  return {
    ...made,
    bind(principal) {
      const { permits } = made.bind(principal);
      // It has the one question.
      const permitsTool: ReturnType<LoadedPolicy["bind"]>["permitsTool"] = (server, name, args, context, state) =>
        permits({
          operation: { kind: "tool", server, name },
          arguments: args,
          context,
          ...(state === undefined ? {} : { state }),
        });
      return { permits, permitsTool } as ReturnType<LoadedPolicy["bind"]>;
    },
  };
}

/** A module does not know which names are pinned that no rule speaks of: that it hides them, it says of unknown ones too. */
export function withoutHidden({ kept, ...decision }: Decision): Decision {
  const { hidden: _, ...rest } = kept;
  return { ...decision, kept: rest };
}
