/** What is shown in place of a token. */
const MASK = "[token]";

/** The text of a token; for this package alone. */
export let textOf: (token: Token) => string;

/**
 * A token that a caller sent. Opaque: printed, logged, serialised or inspected it is a mask, so that it can neither leak nor be passed on
 * to another server (MCP, "Token Passthrough").
 */
export class Token {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  static {
    textOf = (token) => token.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }
}

// Of `node:util`, by its registered name.
Object.defineProperty(Token.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => MASK });
