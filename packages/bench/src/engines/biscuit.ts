import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { peersFolder } from "../peers.ts";
import { disjunctive, type Literal } from "../rules/disjunctive.ts";
import { testOf } from "../rules/pattern.ts";
import { type Rule, signs } from "../rules/rule.ts";
import type { RuleEngine } from "./rule-engine.ts";

interface Biscuit {
  readonly Authorizer: new () => {
    readonly addCode: (datalog: string) => void;
    readonly authorizeWithLimits: (limits: object) => void;
    readonly free?: () => void;
  };
  readonly __wbg_set_wasm: (exports: object) => void;
  readonly init?: () => void;
}

/** What is used of WebAssembly, for which Node's types say nothing. */
interface Wasm {
  readonly Module: { new (bytes: Uint8Array): object; imports(module: object): readonly WasmImport[] };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

interface WasmImport {
  readonly module: string;
  readonly name: string;
}

const quoted = JSON.stringify;

/** An authorizer for each request, made from Datalog: facts of the request, and the rules. */
export const biscuit: RuleEngine = {
  name: "biscuit",
  label: "Biscuit (wasm), an authorizer a request",
  peers: ["@biscuit-auth/biscuit-wasm"],
  most: 100,
  isSlow: true,
  async load({ rules }) {
    const { Authorizer } = await instantiate();
    const policies = [...rules]
      .sort((a, b) => Number(a.effect === "permit") - Number(b.effect === "permit"))
      .flatMap(policiesOf);
    const datalog = [...policies, "deny if true;"].join("\n");
    return {
      answer({ principal, tool, args }) {
        const facts = Object.entries(args).map(([name, value]) => `arg(${quoted(name)}, ${quoted(value)});`);
        const authorizer = new Authorizer();
        try {
          authorizer.addCode(
            [`tool(${quoted(tool)});`, `role(${quoted(principal.role)});`, ...facts, datalog].join("\n"),
          );
          authorizer.authorizeWithLimits({ max_facts: 10_000, max_iterations: 1000, max_time_micro: 5_000_000 });
          return true;
        } catch (refusal) {
          // A denial is thrown as an object that says so; anything else is an error.
          if ((refusal as { FailedLogic?: unknown } | undefined)?.FailedLogic !== undefined) return false;
          throw new Error(JSON.stringify(refusal) ?? String(refusal));
        } finally {
          authorizer.free?.();
        }
      },
    };
  },
};

function policiesOf({ effect, roles, tools, condition }: Rule): readonly string[] {
  return tools.flatMap((tool) =>
    disjunctive(condition).map((literals) => {
      const fields = [...new Set(literals.map(({ field }) => field))];
      const body = [
        `tool(${quoted(tool)})`,
        ...(roles === undefined ? [] : ["role($role)"]),
        ...fields.map((field) => `arg(${quoted(field)}, $${field})`),
        ...(roles === undefined ? [] : [`(${roles.map((role) => `$role == ${quoted(role)}`).join(" || ")})`]),
        ...literals.map(literalOf),
      ];
      return `${effect === "permit" ? "allow" : "deny"} if ${body.join(", ")};`;
    }),
  );
}

function literalOf(literal: Literal): string {
  const text = comparisonOf(literal);
  return literal.isNegated ? `!(${text})` : text;
}

function comparisonOf(literal: Literal): string {
  const field = `$${literal.field}`;
  switch (literal.kind) {
    case "like": {
      const { kind, text } = testOf(literal.pattern);
      if (kind === "is") return `${field} == ${quoted(text)}`;
      const source = kind === "matches" ? text.replaceAll("[\\s\\S]*", ".*").replaceAll("\\/", "/") : text;
      return `${field}.${methods[kind]}(${quoted(source)})`;
    }
    case "is":
      return `${field} == ${quoted(literal.value)}`;
    case "in":
      return `(${literal.values.map((value) => `${field} == ${quoted(value)}`).join(" || ")})`;
    default:
      return `${field} ${signs[literal.kind]} ${literal.number}`;
  }
}

const methods = {
  "starts with": "starts_with",
  "ends with": "ends_with",
  contains: "contains",
  matches: "matches",
} as const;

/** The package is made for bundlers: here its WebAssembly is instantiated by hand. */
async function instantiate(): Promise<Biscuit> {
  const folder = join(peersFolder, "node_modules/@biscuit-auth/biscuit-wasm/module");
  const at = (file: string): string => pathToFileURL(join(folder, file)).href;
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
  const glue = (await import(at("biscuit_bg.js"))) as Biscuit & Readonly<Record<string, unknown>>;
  const module = new Module(readFileSync(join(folder, "biscuit_bg.wasm")));
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module: from, name } of Module.imports(module)) {
    const found = glue[name] ?? ((await import(at(from))) as Readonly<Record<string, unknown>>)[name];
    imports[from] = { ...imports[from], [name]: found };
  }
  const { exports } = new Instance(module, imports);
  glue.__wbg_set_wasm(exports);
  (exports as { __wbindgen_start?: () => void }).__wbindgen_start?.();
  glue.init?.();
  return glue;
}
