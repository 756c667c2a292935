import {
  compileRegex,
  complementOf,
  type Dfa,
  intersect,
  isEmpty,
  type PolicyIr,
  resourceLanguage,
  type ServerIr,
} from "@mcpolicy/core";
import type { Caller } from "./caller.ts";
import { truthOf } from "./interpret.ts";
import { enforced } from "./list.ts";
import { isAbout, isInForce } from "./rule-truth.ts";
import { residualScene } from "./scene.ts";

/**
 * Whether a caller's list shows a resource template: some URI that it may stand for is one that some allow is not false of and no deny is true
 * of, whatever else the request holds. What is too large to be told is shown: the list holds everything that can be read, perhaps more.
 */
export function isTemplateListed(
  ir: PolicyIr,
  server: ServerIr,
  template: string,
  caller: Caller,
  time: number,
): boolean {
  const uris = languageOf(template);
  const granted = globs(ir, "allow", server, caller, time);
  if (uris === undefined) return granted.length > 0;
  const refused = globs(ir, "deny", server, caller, time);
  return granted.some((glob) => {
    const allowed = resourceLanguage(glob);
    let left = allowed === undefined ? uris : intersect(uris, allowed);
    for (const each of refused) {
      const denied = resourceLanguage(each);
      if (left !== undefined && denied !== undefined) left = intersect(left, complementOf(denied));
    }
    return left === undefined || !isEmpty(left);
  });
}

/**
 * The globs of rules of one effect about a server's resources, for a caller: of allows those whose condition is not false, of denies those
 * whose condition is true whatever the URI, and that make no exception.
 */
function globs(
  ir: PolicyIr,
  effect: "allow" | "deny",
  server: ServerIr,
  caller: Caller,
  time: number,
): readonly string[] {
  const operation = { kind: "resource", server: server.name, uri: "" } as const;
  // The URI is not known: what reads it is unknown.
  const scene = { ...residualScene(server, operation, caller), resource: undefined as never };
  const rules = enforced(ir, effect).filter((rule) => isAbout(rule.who, caller) && isInForce(rule, time));
  return rules.flatMap(({ branches }) =>
    branches.flatMap(({ operations, except, condition }) => {
      const truth = truthOf(condition, scene);
      const counts = effect === "allow" ? truth !== false : truth === true && except.length === 0;
      if (!counts) return [];
      return operations.flatMap((each) =>
        each.kind === "resource" && each.server === server.name && "glob" in each ? [each.glob] : [],
      );
    }),
  );
}

/** The URIs that a template may stand for (RFC 6570): an expression is any text, without a slash unless its operator lets one in. */
function languageOf(template: string): Dfa | undefined {
  const pattern = template.replaceAll(/\{([+#/?&.;]?)[^{}]*\}|[^{]+|\{/g, (part, operator: string | undefined) => {
    if (part === "{" || !part.startsWith("{")) return part.replaceAll(/[^A-Za-z0-9]/gu, literal);
    return operator === "" || operator === "." ? "[^/]*" : ".*";
  });
  const compiled = compileRegex(pattern);
  return compiled.ok ? compiled.pattern.dfa : undefined;
}

function literal(character: string): string {
  return character.codePointAt(0)! < 0x80 ? `\\${character}` : character;
}
