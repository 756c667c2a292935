import type { Engine } from "../engine.ts";
import { caslOf } from "../engines/casl.ts";
import { decides, permits, steps } from "../engines/mcpolicy.ts";
import { importPeer } from "../peers.ts";
import { randomOf } from "../random.ts";
import { w1 } from "../rule-sets/w1.ts";
import { schemas } from "../rule-sets/w1-schemas.ts";
import { isValidByHand } from "../rule-sets/w1-validation-by-hand.ts";
import type { RuleRequest } from "../rules/rule.ts";
import type { Workload } from "../workload.ts";

type Arguments = RuleRequest["args"];

/** W1's requests, of which one in twenty breaks its schema. */
export function requests(): readonly RuleRequest[] {
  const random = randomOf(4);
  return w1().requests.map((request) => (random.chance(0.05) ? { ...request, args: broken(request.args) } : request));

  function broken(args: Arguments): Arguments {
    const [first = "path"] = Object.keys(args);
    const name = random.pick(Object.keys(args)) ?? first;
    const { [name]: value, ...others } = args;
    const ways: readonly (() => Arguments)[] = [
      () => others,
      () => ({ ...args, [name]: typeof value === "string" ? 5 : "x" }),
      () => ({ ...args, further: 1 }),
      () => ({ ...args, [name]: typeof value === "number" ? 1e12 : "" }),
    ];
    return JSON.parse(JSON.stringify(random.pick(ways)())) as Arguments;
  }
}

const byHand: Engine<RuleRequest> = {
  name: "by-hand",
  label: "written by hand (the reference)",
  load: () => {
    const { byHand: decide } = w1();
    return { answer: (request) => isValidByHand(request) && decide(request) };
  },
};

/** A validator of schemas, and CASL. */
const ajvCasl: Engine<RuleRequest> = {
  name: "ajv+casl",
  label: "ajv, compiled, then CASL",
  peers: ["ajv", "@casl/ability"],
  load: async () => {
    const isValid = await ajvOf();
    const casl = await caslOf(w1());
    return { answer: (request) => isValid(request) && casl(request) };
  },
};

const zodCasl: Engine<RuleRequest> = {
  name: "zod+casl",
  label: "zod, strict objects, then CASL",
  peers: ["zod", "@casl/ability"],
  load: async () => {
    const isValid = await zodOf();
    const casl = await caslOf(w1());
    return { answer: (request) => isValid(request) && casl(request) };
  },
};

const ajvByHand: Engine<RuleRequest> = {
  name: "ajv+by-hand",
  label: "ajv, compiled, then the decision written by hand",
  peers: ["ajv"],
  load: async () => {
    const isValid = await ajvOf();
    const { byHand: decide } = w1();
    return { answer: (request) => isValid(request) && decide(request) };
  },
};

/** Validation and decision. */
export const validation: Workload<RuleRequest> = {
  name: "validate+decide",
  title: "W1 with validation: schema, then rules; one request in twenty breaks its schema",
  isQuick: true,
  inputs: requests,
  engines: [byHand, ...[permits, decides, steps].map(onW1), ajvByHand, ajvCasl, zodCasl],
  targets: [
    { engine: "mcpolicy-permits", by: "median", limit: { nanoseconds: 600 } },
    { engine: "mcpolicy-permits", limit: { faster: 1, than: ["ajv+casl", "zod+casl"] } },
  ],
};

function onW1({ load, ...about }: typeof permits): Engine<RuleRequest> {
  return { ...about, isSlow: false, load: () => load(w1()) };
}

/** Whether ajv finds arguments right. */
export async function ajvOf(): Promise<(request: Pick<RuleRequest, "tool" | "args">) => boolean> {
  interface Ajv {
    readonly Ajv2020: new (options: object) => { readonly compile: (schema: object) => (args: unknown) => boolean };
  }
  const { Ajv2020 } = await importPeer<Ajv>("ajv/dist/2020.js");
  const ajv = new Ajv2020({ strict: true });
  const byTool = new Map([...schemas].map(([tool, schema]) => [tool, ajv.compile(schema)]));
  return ({ tool, args }) => byTool.get(tool)?.(args) === true;
}

async function zodOf(): Promise<(request: Pick<RuleRequest, "tool" | "args">) => boolean> {
  // biome-ignore lint/suspicious/noExplicitAny: its types are not installed with the workspace
  const { z } = await importPeer<any>("zod");
  interface Property {
    readonly type: "string" | "integer" | "boolean";
    readonly enum?: readonly string[];
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly pattern?: string;
    readonly minimum?: number;
    readonly maximum?: number;
  }
  const typeOf = ({ type, enum: values, minLength, maxLength, pattern, minimum, maximum }: Property): unknown => {
    if (type === "boolean") return z.boolean();
    if (type === "integer") return z.int().min(minimum).max(maximum);
    if (values !== undefined) return z.enum(values);
    const text = minLength === undefined ? z.string().max(maxLength) : z.string().max(maxLength).min(minLength);
    return pattern === undefined ? text : text.regex(new RegExp(pattern, "u"));
  };
  const byTool = new Map(
    [...schemas].map(([tool, schema]) => {
      const { properties } = schema as { readonly properties: Readonly<Record<string, Property>> };
      return [tool, z.strictObject(Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, typeOf(v)])))];
    }),
  );
  return ({ tool, args }) => byTool.get(tool)?.safeParse(args).success === true;
}
