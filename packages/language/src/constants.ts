import type { Type } from "@mcpolicy/core";
import { typeOfConstant, type Value } from "@mcpolicy/core";
import type { Expression } from "./ast.ts";
import type { Scope } from "./scope.ts";
import { listOf, plain } from "./types.ts";

/** A value that the policy writes out, with its type by its spelling. */
export interface Constant {
  readonly value: Value;
  readonly type: Type;
}

/**
 * The value of what is written out: a literal, a list or range of literals, or a `let` of one. Undefined for anything computed, and
 * for text with holes. A `let` that leads back to itself has no value.
 */
export function constantOf(expression: Expression, scope: Scope, trail: readonly string[] = []): Constant | undefined {
  switch (expression.kind) {
    case "string":
    case "number":
    case "bool":
      return { value: expression.value, type: typeOfConstant(expression.value) };
    case "null":
      return { value: null, type: plain("null") };
    case "duration":
      return { value: expression.value, type: plain("duration") };
    case "date":
      return { value: expression.value, type: plain("time") };
    case "regex":
      return { value: expression.source, type: plain("regex") };
    case "list": {
      const items = expression.items.map((item) => constantOf(item, scope, trail));
      if (!items.every((item) => item !== undefined)) return undefined;
      const value = items.map((item) => item.value);
      const spelled = items.find((item) => ["regex", "time", "duration", "range"].includes(item.type.kind));
      return { value, type: spelled === undefined ? typeOfConstant(value) : listOf(spelled.type) };
    }
    case "range": {
      const low = constantOf(expression.low, scope, trail);
      const high = constantOf(expression.high, scope, trail);
      if (low === undefined || high === undefined) return undefined;
      return { value: [low.value, high.value], type: plain("range") };
    }
    case "name": {
      const { text } = expression.name;
      const found = scope.constants.get(text);
      if (found === undefined || found.parameters !== undefined || trail.includes(text)) return undefined;
      return constantOf(found.value, scope, [...trail, text]);
    }
    default:
      return undefined;
  }
}
