import { type Code, identifier } from "@mcpolicy/core";

/** A statement of ours that modules are put together from: it declares names, and needs those of others. */
export interface KernelPart {
  readonly code: string;
  readonly declares: readonly string[];
  readonly needs: readonly string[];
}

/**
 * What built modules can hold of readers, operators, checks and the decision itself, as text, cut into statements. Made from our sources when the
 * command is packaged, so that no bundler is needed to build a module.
 */
export interface Kernel {
  readonly parts: readonly KernelPart[];
  /** From a name that a module can ask for to the name that its part declares. */
  readonly exports: Readonly<Record<string, string>>;
}

/** Gives the name of what the kernel exports, and takes it into the module. Throws where the kernel does not export it. */
export type Use = (name: string) => Code;

/** An expression that stands in the place of a part. */
export type Substitute = (use: Use) => Code;

/** Takes from a kernel what a module uses, each part once and after those that it needs; nothing else. */
export class Linker {
  readonly #kernel: Kernel;
  readonly #partOf: ReadonlyMap<string, KernelPart>;
  readonly #substitutes: ReadonlyMap<string, Substitute>;
  readonly #lines: string[] = [];
  readonly #taken = new Set<string>();

  /** `instead`: other text for what the kernel exports under a name. */
  constructor(kernel: Kernel, instead: Readonly<Record<string, Substitute>>) {
    this.#kernel = kernel;
    this.#partOf = new Map(kernel.parts.flatMap((part) => part.declares.map((name) => [name, part] as const)));
    this.#substitutes = new Map(Object.entries(instead).map(([name, given]) => [this.#declared(name), given]));
  }

  readonly use: Use = (name) => {
    const declared = this.#declared(name);
    this.#take(declared);
    return identifier(declared);
  };

  has(name: string): boolean {
    return Object.hasOwn(this.#kernel.exports, name);
  }

  /** What was taken so far, in an order in which it can run. */
  get text(): string {
    return this.#lines.join("\n");
  }

  #declared(name: string): string {
    const declared = this.has(name) ? this.#kernel.exports[name] : undefined;
    if (declared === undefined) throw new Error(`the kernel has no ${JSON.stringify(name)}`);
    return declared;
  }

  #take(name: string): void {
    if (this.#taken.has(name)) return;
    const substitute = this.#substitutes.get(name);
    if (substitute !== undefined) {
      this.#taken.add(name);
      const code = substitute(this.use);
      this.#lines.push(`const ${name}=${code};`);
      return;
    }
    const { code, declares, needs } = this.#partOf.get(name) as KernelPart;
    for (const each of declares) this.#taken.add(each);
    for (const need of needs) this.#take(need);
    this.#lines.push(code);
  }
}

/** The name of a row of one of the kernel's tables: the operator `less`, the keyword `x-mcpolicy-path`, … */
export function rowName(table: RowTable, row: string): string {
  return `${table}_${row.replaceAll(/[^A-Za-z0-9]/g, "_")}`;
}

/** Tables of which the kernel exports each row. */
export type RowTable = "operator" | "reader" | "keyword" | "words" | "format" | "detector";
