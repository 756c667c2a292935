import type { PolicyIr } from "@mcpolicy/core";
import { ArtifactError } from "./artifact-error.ts";

/** By server and tool, the digests of the definitions that a policy was compiled with. */
export type Pins = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What an artifact must be to be loaded. */
export interface Expected {
  /** The digest of its policy. */
  readonly digest?: string;
  /** Of servers named here, every tool that the policy knows is pinned with this digest. */
  readonly pins?: Pins;
}

/** The digests that a policy holds, to be held against what servers say of themselves. */
export function pinsOf({ servers }: Pick<PolicyIr, "servers">): Pins {
  return Object.fromEntries(
    servers.map(({ name, tools }) => [
      name,
      Object.fromEntries(Object.entries(tools).map(([tool, { digest }]) => [tool, digest])),
    ]),
  );
}

/** Throws an `ArtifactError` where a policy is not what was expected. */
export function demandExpected(ir: PolicyIr, digest: string, expected: Expected): void {
  if (expected.digest !== undefined && expected.digest !== digest) {
    throw another(`the artifact's policy is ${digest}, and ${expected.digest} is expected`);
  }
  if (expected.pins === undefined) return;
  const pins = pinsOf(ir);
  const differing = Object.entries(expected.pins).flatMap(([server, tools]) => {
    if (!Object.hasOwn(pins, server)) return [`server ${server}, which the policy does not know`];
    return Object.entries(pins[server] ?? {}).flatMap(([tool, pinned]) =>
      Object.hasOwn(tools, tool) && tools[tool] === pinned ? [] : [`${server}.${tool}`],
    );
  });
  if (differing.length === 0) return;
  const [first, ...more] = differing;
  const others = more.length === 0 ? "" : `, and of ${more.length} more`;
  throw another(`the artifact was compiled with another definition of ${first}${others} than is expected`);
}

function another(what: string): ArtifactError {
  const why = "compile the policy with the definitions that are in use, and deploy that artifact";
  return new ArtifactError("P0606", `${what}; ${why}`);
}
