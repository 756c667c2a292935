/** A piece of JavaScript that is safe to splice. Only this module makes it, from templates and from checked names. */
export class Code {
  readonly text: string;

  /** @internal */
  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What a template may hold: code as it is; everything else becomes a JSON literal. */
export type Splice = Code | readonly Code[] | string | number | boolean | null | { readonly json: unknown };

/**
 * The only way to make code. A `Code` is spliced as it is, a list of them joined by `, `; every other value becomes a literal, so
 * that no text of a policy can become program text. Throws on what JSON cannot say (`NaN`, `undefined`).
 */
export function js(strings: TemplateStringsArray, ...splices: readonly Splice[]): Code {
  let text = strings[0] ?? "";
  for (let at = 0; at < splices.length; at++) text += show(splices[at] as Splice) + (strings[at + 1] ?? "");
  return new Code(text);
}

/** An identifier made by the compiler. Throws on anything but `[A-Za-z_$][A-Za-z0-9_$]*`. */
export function identifier(name: string): Code {
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) throw new Error(`not an identifier: ${JSON.stringify(name)}`);
  return new Code(name);
}

/** Pieces side by side, with a separator that is itself code. */
export function joinCode(pieces: readonly Code[], separator: Code): Code {
  return new Code(pieces.map((piece) => piece.text).join(separator.text));
}

/** A condition that is true where any of these is; false where there are none. */
export function anyOf(pieces: readonly Code[]): Code {
  return pieces.length === 0 ? js`false` : js`(${joinCode(pieces, js` || `)})`;
}

/** A condition that is true where all of these are; true where there are none. */
export function allOf(pieces: readonly Code[]): Code {
  return pieces.length === 0 ? js`true` : js`(${joinCode(pieces, js` && `)})`;
}

function show(splice: Splice): string {
  if (splice instanceof Code) return splice.text;
  if (Array.isArray(splice)) {
    return splice
      .map((piece) => {
        if (!(piece instanceof Code)) throw new Error("a list in a code template holds code only");
        return piece.text;
      })
      .join(", ");
  }
  return literal(typeof splice === "object" && splice !== null && "json" in splice ? splice.json : splice);
}

/** JSON is JavaScript but for U+2028/9 in old engines, `</script` and `__proto__` keys, which are escaped or refused. */
function literal(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined || (typeof value === "number" && !Number.isFinite(value))) {
    throw new Error("this value has no literal in JavaScript");
  }
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "object" && text.includes('"__proto__"'))
    return `JSON.parse(${escapeText(JSON.stringify(text))})`;
  return escapeText(text);
}

function escapeText(text: string): string {
  if (!/[<\u2028\u2029]/.test(text)) return text;
  return text.replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
