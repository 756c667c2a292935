import { suggest } from "@mcpolicy/diagnostics";
import type { Abilities } from "@mcpolicy/runtime";
import { UsageError } from "../exit-codes.ts";

/** What `--left-to-host` may name, with what a host that carries it out declares. */
// biome-ignore format: table
const abilities: Readonly<Record<string, Abilities>> = {
  memory:                 { memory: true },
  results:                { results: true },
  approval:               { proofs: ["approval"] },
  "approval-from-caller": { proofs: ["approval from caller"] },
  mfa:                    { proofs: ["mfa"] },
  justification:          { proofs: ["justification"] },
  duty:                   { proofs: ["duty"] },
};

/** Their names. */
export const abilityNames: readonly string[] = Object.keys(abilities);

/** What a host carries out, by names separated by commas. Throws a UsageError on another name. */
export function abilitiesNamed(names: readonly string[]): Abilities {
  const named = names.flatMap((each) => each.split(",")).filter((name) => name !== "");
  const all = named.map((name): Abilities => {
    const found = Object.hasOwn(abilities, name) ? abilities[name] : undefined;
    if (found !== undefined) return found;
    const near = suggest(name, abilityNames);
    const hint = near === undefined ? "" : `; did you mean \`${near}\`?`;
    throw new UsageError(`--left-to-host: \`${name}\` is none of ${abilityNames.join(", ")}${hint}`);
  });
  return { ...Object.assign({}, ...all), proofs: all.flatMap(({ proofs = [] }) => proofs) };
}
