import { type Kernel, toModule } from "@mcpolicy/compiler";
import { type Decision, digestOf, type JsonObject, operators, type Request, type ServerIr } from "@mcpolicy/core";
import { beforeAll, expect, test } from "vitest";
import { names, question, signatureOf } from "../../compiler/test/operator-examples.ts";
import { call, policy, rule, server } from "../../runtime/test/small-policies.ts";
import { makeKernel } from "../src/index.ts";

let kernel: Kernel;

beforeAll(async () => {
  kernel = await makeKernel();
});

/** Examples speak of no server, so relative paths hang nowhere. */
const { root: _, ...rootless } = server;

// A module holds what its policy uses and nothing else: of one operator only what that one needs.
test.for(operators.filter(({ level }) => level !== "logic"))("a module of $id alone", async (row) => {
  const examples = row.examples.flatMap((example, index) => {
    const signature = signatureOf(row, example);
    return signature === undefined ? [] : [{ example, index, signature, condition: question(row, signature, example) }];
  });
  const branchesOf = (name: string, condition: (typeof examples)[number]["condition"]) => ({
    branches: [{ operations: [{ kind: "tool", server: "fs", name } as const], except: [], condition }],
  });
  const always = { kind: "constant", truth: true } as const;
  const rules = examples.flatMap(({ index, condition }) => [
    rule({ id: `a${index}`, effect: "allow", ...branchesOf(`surely${index}`, condition) }),
    rule({ id: `b${index}`, effect: "allow", ...branchesOf(`possibly${index}`, always) }),
    rule({ id: `c${index}`, effect: "deny", ...branchesOf(`possibly${index}`, condition) }),
  ]);
  const tool = server.tools["read"] as ServerIr["tools"][string];
  const tools = Object.fromEntries(
    examples.flatMap(({ index }) => [
      [`surely${index}`, tool],
      [`possibly${index}`, tool],
    ]),
  );
  const ir = policy(rules, { servers: [{ ...rootless, tools }] });
  const { code } = toModule({ mcpolicyArtifact: 1, digest: digestOf(ir), policy: ir }, kernel, "one");
  const { decide } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    readonly decide: (request: Request) => Decision;
  };
  for (const { example, index, signature } of examples) {
    const args: JsonObject = Object.fromEntries(example.slice(0, -1).map((value, at) => [names[at], value]));
    const effect = (name: string): string =>
      decide(call(args, { operation: { kind: "tool", server: "fs", name } })).effect;
    const [surely, possibly] = [effect(`surely${index}`) === "allow", effect(`possibly${index}`) !== "allow"];
    const truth = surely ? true : possibly ? undefined : false;
    const expected = example.at(-1);
    const wanted = expected === undefined ? undefined : signature.at(-1) === "bool" ? expected : true;
    expect(truth, JSON.stringify(example)).toBe(wanted);
  }
});
