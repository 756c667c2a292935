import { type Artifact, type Code, type Field, joinCode, js, type PolicyIr, type Type } from "@mcpolicy/core";
import { schemaType } from "./schema-type.ts";

/** TypeScript declarations of a built module: what each tool may be called with, and what the module exports. */
export function declarationsOf({ policy, digest }: Artifact): string {
  const servers = policy.servers.map((server) => {
    const tools = Object.entries(server.untyped ? (server.checks ?? {}) : server.tools).map(([name, tool]) => {
      const schema = server.untyped ? tool : tool.schema;
      return js`\n    readonly ${name}: ${schemaType(schema as Parameters<typeof schemaType>[0])};`;
    });
    return js`\n  readonly ${server.name}: {${lines(tools)}\n  };`;
  });
  return `// ${digest}: made by \`policy build\`.\n${
    js`
/** What each tool may be called with, by server and name. */
export interface Tools {${lines(servers)}
}

/** A caller that was verified. Undeclared attributes are nothing to the policy. */
export type Principal = {
  readonly id: string;
  readonly roles: readonly string[];${lines(fields(policy.principal, ["id", "roles"]))}
  readonly [attribute: string]: unknown;
};

/** What the host says of the surroundings. \`time\` in epoch milliseconds. */
export type Context = {
  readonly time: number;${lines(fields(policy.context, ["time"]))}
  readonly [name: string]: unknown;
};
`.text
  }${fixed}`;
}

function lines(all: readonly Code[]): Code {
  return joinCode(all, js``);
}

function fields(declared: PolicyIr["principal"], but: readonly string[]): readonly Code[] {
  return Object.entries(declared)
    .filter(([name]) => !but.includes(name))
    .map(([name, { type, optional }]: readonly [string, Field]) =>
      optional ? js`\n  readonly ${name}?: ${plainType(type)};` : js`\n  readonly ${name}: ${plainType(type)};`,
    );
}

/** What a host gives where the language reads a type. */
function plainType(type: Type): Code {
  switch (type.kind) {
    case "bool":
      return js`boolean`;
    case "int":
    case "number":
      return js`number`;
    case "null":
      return js`null`;
    case "enum":
      return type.values.length === 0
        ? js`never`
        : joinCode(
            type.values.map((each) => js`${each}`),
            js` | `,
          );
    case "list":
      return js`readonly (${plainType(type.element)})[]`;
    case "union":
      return joinCode(type.members.map(plainType), js` | `);
    case "any":
    case "record":
    case "error":
    case "time":
    case "duration":
      return js`unknown`;
    default:
      return js`string`;
  }
}

/** What is the same for every policy. */
const fixed = `
export type Operation =
  | { readonly kind: "tool" | "prompt"; readonly server: string; readonly name: string }
  | { readonly kind: "resource"; readonly server: string; readonly uri: string }
  | { readonly kind: "completion" | "sampling" | "elicitation" | "roots"; readonly server: string };

/** \`state\` and \`proofs\` are those of \`@mcpolicy/core\`: what is remembered, and what was proven. */
export interface Request {
  readonly principal: Principal | undefined;
  readonly operation: Operation;
  readonly arguments: { readonly [name: string]: unknown };
  readonly context: Context;
  readonly proofs?: readonly unknown[];
  readonly state?: unknown;
}

/** A call of one tool, with arguments of its types. */
export interface Call<Server extends keyof Tools, Tool extends keyof Tools[Server]> extends Request {
  readonly operation: { readonly kind: "tool"; readonly server: Server & string; readonly name: Tool & string };
  readonly arguments: Tools[Server][Tool] & { readonly [name: string]: unknown };
}

export interface Violation {
  readonly pointer: string;
  readonly expected: string;
}

export interface DecidingRule {
  readonly id: string;
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
  readonly matched: "true" | "unknown";
}

/** \`told\` is for the caller; \`kept\` is not. */
export interface Decision {
  readonly effect: "unauthenticated" | "invalid" | "deny" | "ask" | "allow";
  readonly reason: string;
  readonly rules: readonly DecidingRule[];
  readonly obligations: readonly { readonly kind: string; readonly rule: string }[];
  readonly told: {
    readonly because: readonly string[];
    readonly argument?: string;
    readonly violations?: readonly Violation[];
    readonly missing?: readonly string[];
    readonly retryAfterMs?: number;
  };
  readonly kept: { readonly notes: readonly string[]; readonly shadow?: readonly DecidingRule[]; readonly fault?: string };
}

/** Never throws: a failure is a denial with reason \`fault\`. */
export declare const decide: (request: Request) => Decision;
/** Whether \`decide\` would say \`allow\`, in a fraction of its time. Never throws. */
export declare const permits: (request: Request) => boolean;
/** \`permits\` for one caller. */
export declare const bind: (principal: Principal | undefined) => {
  readonly permits: (call: Omit<Request, "principal">) => boolean;
};
/** The names that a caller's list shows, sorted. \`time\` in epoch milliseconds. */
export declare const list: (
  principal: Principal | undefined,
  kind: "tool" | "prompt",
  server: string,
  time: number,
) => readonly string[];
/** How arguments break bounds, schema or checks; empty where they do not. */
export declare const validate: (server: string, tool: string, args: unknown) => readonly Violation[];
/** The policy's version: \`sha256-<hex>\` of its portable form. */
export declare const digest: string;
/** By server and tool, the digests of the definitions that the policy was compiled with, of tools that some rule can allow. */
export declare const pins: { readonly [server: string]: { readonly [tool: string]: string } };
`;
