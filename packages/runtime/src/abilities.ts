import type { DutyIr, PolicyIr } from "@mcpolicy/core";
import { enforcedOf } from "./decide.ts";
import { windowsOf } from "./windows.ts";

/**
 * What a host declares that it carries out, beside asking `decide` and obeying. What is left out it does not. A policy that asks for
 * more is not loaded (language.md, section 6): a limit that nobody keeps would let through what it forbids.
 */
export interface Abilities {
  /** Proofs that it obtains, verifies and hands in. `duty` is any that the policy names, unless `duties` lists them. */
  readonly proofs?: readonly ("approval" | "approval from caller" | "mfa" | "justification" | "duty")[];
  /** The names of duties that it knows. */
  readonly duties?: readonly string[];
  /** The events of `step` and `answer` are committed to a store, and each request brings its state. */
  readonly memory?: boolean;
  /** Each result goes through `answer`, and nothing leaves but what that gives. */
  readonly results?: boolean;
  /** Its records keep what the policy's `audit` says. */
  readonly audit?: boolean;
}

/** Of hosts that carry out all there is, and of tools that only try what would be decided. */
export const everyAbility: Abilities = Object.freeze({
  proofs: Object.freeze(["approval", "approval from caller", "mfa", "justification", "duty"] as const),
  memory: true,
  results: true,
  audit: true,
});

/** Something that a policy asks of a host, in the words of the language. */
interface Obligation {
  readonly what: string;
  readonly isMet: (abilities: Abilities) => boolean;
}

/** What a policy, with all that it narrows, asks of a host that has not declared it: in the words of the language, each once, sorted. */
export function lacking(ir: PolicyIr, abilities: Abilities): readonly string[] {
  const unmet = [...obligationsOf(ir)].filter(({ isMet }) => !isMet(abilities)).map(({ what }) => what);
  return [...new Set(unmet)].sort();
}

const memory = ({ memory: keeps }: Abilities): boolean => keeps === true;
const results = ({ results: passes }: Abilities): boolean => passes === true;

/** Rules in `shadow` ask for nothing, but where they look back. */
function* obligationsOf(ir: PolicyIr): Iterable<Obligation> {
  for (const { duty } of enforcedOf(ir.requires)) {
    yield ofDuty(duty);
    yield { what: "`require`, which uses up proofs", isMet: memory };
  }
  if (windowsOf(ir).calls > 0) yield { what: "history of calls", isMet: memory };
  if (enforcedOf(ir.limits).length > 0) yield { what: "`limit`", isMet: memory };
  for (const { onResult } of enforcedOf(ir.labels)) {
    yield { what: "`label`", isMet: memory };
    if (onResult) yield { what: "`label` by what a result says", isMet: results };
  }
  if (enforcedOf(ir.resultDenies).length > 0) yield { what: "`deny result`", isMet: results };
  if (enforcedOf(ir.redacts).length > 0) yield { what: "`redact`", isMet: results };
  if (checksResults(ir)) yield { what: "`check result`", isMet: results };
  if (ir.deployment?.audit !== undefined) yield { what: "`audit`", isMet: ({ audit }) => audit === true };
  for (const wider of ir.narrows ?? []) yield* obligationsOf(wider);
}

function ofDuty(duty: DutyIr): Obligation {
  if (duty.kind === "duty") {
    const { name } = duty;
    const isMet = ({ proofs = [], duties }: Abilities): boolean => duties?.includes(name) ?? proofs.includes("duty");
    return { what: `\`duty ${JSON.stringify(name)}\``, isMet };
  }
  const proof = duty.kind === "approval" && duty.from === "caller" ? "approval from caller" : duty.kind;
  return { what: `\`${proof}\``, isMet: ({ proofs = [] }) => proofs.includes(proof) };
}

/** A `check result` joins its schema to the pinned one by `allOf`. */
function checksResults({ servers }: PolicyIr): boolean {
  return servers.some(({ tools }) =>
    Object.values(tools).some(({ resultSchema }) => resultSchema !== undefined && Object.hasOwn(resultSchema, "allOf")),
  );
}
