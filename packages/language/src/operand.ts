import { type OperandView, type Type, type Value, whyUnreadable } from "@mcpolicy/core";
import type { Span } from "@mcpolicy/diagnostics";
import { type Constant, detectorValue } from "./constants.ts";
import type { TypedOperand, TypedReference } from "./typed.ts";
import { plain } from "./types.ts";

/** An expression that gives a value, before it is known what it is read as. */
export interface Operand {
  readonly view: OperandView;
  readonly span: Span;
  /** As it is called in messages: its own text. */
  readonly text: string;
  /** The operand, read as a type. */
  readonly place: (as: Type) => TypedOperand;
  /** Where it is a name with constant steps. */
  readonly reference?: Reference;
  /** Why a constant cannot be read as a type; absent or empty where nothing is in the way. */
  readonly whyNot?: (as: Type) => string;
}

export interface Reference {
  readonly root: TypedReference["root"];
  readonly variable?: string;
  readonly path: readonly (string | number)[];
  /** As in `keyOf`. */
  readonly key: string;
  /** An optional on the way that nothing guards. */
  readonly unguarded: boolean;
}

/** What stands for a mistake that was reported: it fits everywhere. */
export function broken(span: Span): Operand {
  const as = plain("error");
  return { view: { type: as }, span, text: "", place: () => ({ kind: "constant", value: null, as, span }) };
}

/** A value written out. Where one or a list of them is asked for (`…+`), one alone becomes a list of one. */
export function constantOperand(constant: Constant, span: Span, text: string): Operand {
  const { value, type } = constant;
  const valueAs = (as: Type): Value => (as.kind === "detector" ? detectorValue(constant) : value);
  const listed = (as: Type): Value => {
    if (as.kind !== "list") return valueAs(as);
    const items = valueAs(as.element);
    return Array.isArray(items) ? items : [items];
  };
  return {
    view: { type, constant: value },
    span,
    text,
    place: (as) => ({ kind: "constant", value: listed(as), as, span }),
    whyNot: (as) =>
      as.kind === "list" && !Array.isArray(value)
        ? whyWritten(as.element, valueAs(as.element))
        : whyWritten(as, listed(as)),
  };
}

/** Why text that a policy writes out cannot be read; unlike an argument's, its path hangs below no server's root. */
function whyWritten(as: Type, value: Value): string {
  const why = whyUnreadable(as, value, undefined);
  if (why === "" || whyUnreadable(as, value, "/") !== "") return why;
  return "it is relative; a path in a policy is written in full, from `/` on";
}

/** Text with holes. Its own parts are not known yet, so that nothing can be said of how it reads. */
export function templateOperand(parts: readonly (string | TypedReference)[], span: Span, text: string): Operand {
  const place = (as: Type): TypedOperand =>
    as.kind === "list" ? { kind: "list", items: [place(as.element)], as, span } : { kind: "text", parts, as, span };
  return { view: { type: plain("string"), template: true }, span, text, place };
}

/** A name with steps. */
export function referenceOperand(
  reference: Reference,
  type: Type,
  span: Span,
  text: string,
  more: Partial<OperandView> = {},
): Operand {
  return {
    view: { type, ...more },
    span,
    text,
    reference,
    place: (as) => ({
      kind: "reference",
      root: reference.root,
      ...(reference.variable === undefined ? {} : { variable: reference.variable }),
      path: reference.path,
      as,
      span,
    }),
  };
}
