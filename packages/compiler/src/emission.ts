import { type Code, identifier, js, type Type, type Value } from "@mcpolicy/core";

/**
 * What the parts of a generated module share: types, constants, reads and functions, each written once, named by the emission. Names
 * are made here only, from a letter and a count, so that no text of a policy becomes a name.
 */
export class Emission {
  readonly #names = new Map<string, Code>();
  readonly #lines: Code[] = [];
  readonly #counts = new Map<string, number>();
  readonly #slots = new Map<string, string>();

  /** The lines written so far, in the order in which they can run. */
  get lines(): readonly Code[] {
    return this.#lines;
  }

  type(type: Type): Code {
    return this.#named("t", js`${{ json: type }}`);
  }

  path(path: readonly (string | number)[]): Code {
    return this.#named("p", js`${{ json: path }}`);
  }

  /** A constant, read once when the module is loaded. */
  constant(as: Type, value: Value, root: string | undefined): Code {
    return this.#named("c", js`read(${this.type(as)}, ${{ json: value }}, ${rootCode(root)})`);
  }

  /** A set of texts. */
  set(texts: readonly string[]): Code {
    return this.#named("u", js`new Set(${{ json: texts }})`);
  }

  /** A function of `q` and further parameters; the same function is written once. */
  function(letter: string, text: (name: Code) => Code): Code {
    const key = `${letter} ${text(identifier("_")).text}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#name(letter);
    this.#names.set(key, name);
    this.#lines.push(text(name));
    return name;
  }

  /** A name for a value that is made once, when the module is loaded. */
  made(code: Code): Code {
    return this.#named("d", code);
  }

  /** A name for a function that is written later, since it may lead back to itself. */
  later(letter: string): { readonly name: Code; readonly write: (text: Code) => void } {
    const name = this.#name(letter);
    return { name, write: (text) => void this.#lines.push(text) };
  }

  /** The place in which a request keeps the value of an operand: the same for the same key. */
  slot(key: string): string {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const name = `r${this.#slots.size}`;
    this.#slots.set(key, name);
    return name;
  }

  #named(letter: string, code: Code): Code {
    const key = `${letter} ${code.text}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#name(letter);
    this.#names.set(key, name);
    this.#lines.push(js`const ${name} = ${code};`);
    return name;
  }

  #name(letter: string): Code {
    const count = this.#counts.get(letter) ?? 0;
    this.#counts.set(letter, count + 1);
    return identifier(`${letter}${count}`);
  }
}

/** A server's root as code: a literal, or `undefined` where there is none. */
export function rootCode(root: string | undefined): Code {
  return root === undefined ? js`undefined` : js`${root}`;
}
