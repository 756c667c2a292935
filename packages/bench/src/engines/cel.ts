import { importPeer } from "../peers.ts";
import type { RuleRequest } from "../rules/rule.ts";
import { toCel, usual } from "../rules/to-cel.ts";
import type { RuleEngine } from "./rule-engine.ts";

type Evaluate = (input: object) => unknown;

interface Marcbachmann {
  readonly Environment: new () => MarcbachmannEnvironment;
}

interface MarcbachmannEnvironment {
  readonly registerVariable: (name: string, type: string) => MarcbachmannEnvironment;
  readonly parse: (source: string) => Evaluate;
}

/** An expression for each tool, parsed and checked beforehand. */
export const celMarcbachmann: RuleEngine = {
  name: "cel-marcbachmann",
  label: "CEL, @marcbachmann/cel-js, an expression a tool",
  peers: ["@marcbachmann/cel-js"],
  mostOnOneTool: 1000,
  async load({ rules }) {
    const { Environment } = await importPeer<Marcbachmann>("@marcbachmann/cel-js");
    const environment = new Environment().registerVariable("role", "string").registerVariable("args", "map");
    // Numbers of a JSON object are doubles to it.
    const expressions = toCel(rules, { ...usual, number: (number) => `${number}.0` });
    return { answer: askedBy(expressions, (source) => environment.parse(source)) };
  },
};

interface Bufbuild {
  readonly celEnv: () => unknown;
  readonly parse: (source: string) => unknown;
  readonly plan: (environment: unknown, parsed: unknown) => Evaluate;
}

/** An expression for each tool, planned beforehand. */
export const celBufbuild: RuleEngine = {
  name: "cel-bufbuild",
  label: "CEL, @bufbuild/cel, an expression a tool",
  peers: ["@bufbuild/cel"],
  isSlow: true,
  async load({ rules }) {
    const { celEnv, parse, plan } = await importPeer<Bufbuild>("@bufbuild/cel");
    const environment = celEnv();
    return { answer: askedBy(toCel(rules), (source) => plan(environment, parse(source))) };
  },
};

interface CelJs {
  readonly parse: (source: string) => { isSuccess: boolean; cst: unknown; errors: readonly string[] };
  readonly evaluate: (cst: unknown, input: object, functions: object) => unknown;
}

/** An expression for each tool, parsed beforehand, walked each time. */
export const celJs: RuleEngine = {
  name: "cel-js",
  label: "CEL, cel-js, an expression a tool",
  peers: ["cel-js"],
  most: 1000,
  isSlow: true,
  async load({ rules }) {
    const { parse, evaluate } = await importPeer<CelJs>("cel-js");
    const patterns = new Map<string, RegExp>();
    const patternOf = (source: string): RegExp => {
      // Its literals keep their escapes.
      const known = patterns.get(source) ?? new RegExp(JSON.parse(`"${source}"`) as string);
      patterns.set(source, known);
      return known;
    };
    // It has no methods of texts, so they are functions here.
    const functions = {
      startsWith: (text: string, start: string) => text.startsWith(start),
      endsWith: (text: string, end: string) => text.endsWith(end),
      contains: (text: string, part: string) => text.includes(part),
      matches: (text: string, source: string) => patternOf(source).test(text),
    };
    const method = /(args\.\w+)\.(startsWith|endsWith|contains|matches)\(/g;
    const prepare = (source: string): Evaluate => {
      const parsed = parse(source.replace(method, "$2($1, "));
      if (!parsed.isSuccess) throw new Error(`${parsed.errors.join("; ")} in ${source}`);
      return (input) => evaluate(parsed.cst, input, functions);
    };
    return { answer: askedBy(toCel(rules), prepare) };
  },
};

function askedBy(
  expressions: ReadonlyMap<string, string>,
  prepare: (source: string) => Evaluate,
): (request: RuleRequest) => boolean {
  const byTool = new Map([...expressions].map(([tool, source]) => [tool, prepare(source)]));
  return ({ principal, tool, args }) => byTool.get(tool)?.({ role: principal.role, args }) === true;
}
