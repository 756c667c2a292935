import {
  anyOf,
  type Code,
  type ConditionIr,
  givingRoles,
  isScalar,
  joinCode,
  js,
  type OperandIr,
  type PolicyIr,
  read,
  type Scalar,
} from "@mcpolicy/core";
import type { Emission } from "./emission.ts";
import { isShareable, operandKey } from "./shareable.ts";
import { type Entry, entryAsked } from "./table-entry.ts";

/** One way in which a rule can apply: what is still to be asked of it. */
export interface Way {
  /** The number of the rule. */
  readonly number: number;
  /** Code of what is asked but conditions and roles: the operation, dates, ids. */
  readonly tests: readonly Code[];
  /** The roles of which the caller must have one; undefined where roles do not matter, or are part of `tests`. */
  readonly roles: readonly string[] | undefined;
  readonly conjuncts: readonly ConditionIr[];
}

/** What the code of ways needs. */
export interface Indexing {
  readonly policy: Pick<PolicyIr, "roles">;
  readonly root: string | undefined;
  readonly emission: Emission;
  /** Whether what is unknown counts: the ways of a deny. */
  readonly possibly: boolean;
  /** Code of the caller's list of roles. */
  readonly roles: () => Code;
  /** Code of an operand's value in a function of `q`. */
  readonly operand: (operand: OperandIr) => Code;
  /** Code that asks all there is of one way. */
  readonly way: (way: Way) => Code;
  /** Code of what the module knows of the caller's roles (`who-code.ts`), and what a table holds where they alone are still to be asked. */
  readonly knownRoles: () => Code;
  readonly roleEntry: (wanted: readonly string[]) => Entry;
  /** Whether a way that applies is an answer and no more, so that it does not matter which of several it was. */
  readonly answers: boolean;
}

/** From how many ways on it is worth to look up those that can apply. */
export const INDEXED_FROM = 16;

/**
 * Code of whether any of many ways applies. Where enough of them ask one operand for a constant, or for a place below one, or the caller
 * for a role, those whose constant it is are looked up, so that the time does not grow with the number of ways; and so on within them.
 */
export function waysCode(ways: readonly Way[], indexing: Indexing): Code {
  const best = ways.length < INDEXED_FROM ? undefined : widestKey(ways, indexing);
  if (best === undefined) return anyOf(ways.map(indexing.way));
  const keyed = new Set(best.entries.map(({ way }) => way));
  const rest = ways.filter((way) => !keyed.has(way));
  const looked = lookupCode(best, indexing);
  return rest.length === 0 ? looked : js`(${looked} || ${waysCode(rest, indexing)})`;
}

/** What one part of a way asks for: one of some constants. */
interface Key {
  readonly id: string;
  readonly kind: "is" | "under" | "role";
  /** What is asked; undefined where it is the caller's roles. */
  readonly of: OperandIr | undefined;
  readonly constants: readonly Scalar[];
  /** The way without that part. */
  readonly left: Way;
}

interface Lookup {
  readonly kind: Key["kind"];
  readonly of: OperandIr | undefined;
  readonly entries: readonly { readonly way: Way; readonly key: Key }[];
}

/** The lookup that settles most ways, where it does so for enough of them. */
function widestKey(ways: readonly Way[], indexing: Indexing): Lookup | undefined {
  const lookups = new Map<string, { way: Way; key: Key }[]>();
  for (const way of ways) {
    const seen = new Set<string>();
    for (const key of keysOf(way, indexing)) {
      if (seen.has(key.id)) continue;
      seen.add(key.id);
      const entries = lookups.get(key.id) ?? [];
      entries.push({ way, key });
      lookups.set(key.id, entries);
    }
  }
  // Of those that settle as many, the one with more constants leaves less under each.
  const distinct = (entries: readonly { key: Key }[]): number =>
    new Set(entries.flatMap(({ key }) => key.constants)).size;
  const best = [...lookups.values()]
    .filter((entries) => entries.length >= INDEXED_FROM && distinct(entries) > 1)
    .toSorted((a, b) => b.length - a.length || distinct(b) - distinct(a))[0];
  if (best === undefined) return undefined;
  const { kind, of } = (best[0] as { key: Key }).key;
  return { kind, of, entries: best };
}

function keysOf(way: Way, indexing: Indexing): readonly Key[] {
  const role: readonly Key[] =
    way.roles === undefined
      ? []
      : [
          {
            id: "role",
            kind: "role",
            of: undefined,
            constants: givingRoles(indexing.policy, way.roles),
            left: { ...way, roles: undefined },
          },
        ];
  const conditions = way.conjuncts.flatMap((conjunct, index): readonly Key[] => {
    const asked = askedOf(conjunct, indexing.root);
    if (asked === undefined) return [];
    const left = { ...way, conjuncts: way.conjuncts.toSpliced(index, 1) };
    return [{ id: `${asked.kind} ${operandKey(asked.of, indexing.root)}`, ...asked, left }];
  });
  return [...conditions, ...role];
}

/** That an operand is one of some constants, or lies below one of some directories; undefined of conditions that say something else. */
function askedOf(
  condition: ConditionIr,
  root: string | undefined,
): (Omit<Key, "id" | "left" | "of"> & { of: OperandIr }) | undefined {
  if (condition.kind !== "atom" || condition.operand.kind !== "apply") return undefined;
  const { operator, operands } = condition.operand;
  const [of, right] = operands;
  const kind = kinds[operator];
  if (kind === undefined || of === undefined || right?.kind !== "constant" || !isShareable(of)) return undefined;
  const constant = read(right.as, right.value, root);
  const constants = Array.isArray(constant) ? constant : [constant];
  return constants.every(isScalar) ? { kind, of, constants } : undefined;
}

const kinds: Readonly<Record<string, "is" | "under">> = { equal: "is", "in-list": "is", under: "under" };

// ------------------------------------------------------------------- code

function lookupCode({ kind, of, entries }: Lookup, indexing: Indexing): Code {
  const { emission, possibly } = indexing;
  const byConstant = new Map<Scalar, Way[]>();
  for (const { key } of entries) {
    for (const constant of new Set(key.constants)) {
      const ways = byConstant.get(constant) ?? [];
      ways.push(key.left);
      byConstant.set(constant, ways);
    }
  }
  const held = [...byConstant].map(([constant, ways]) => ({ constant, entry: entryOf(ways, indexing) }));
  const rows = held.map(({ constant, entry }) => js`\n  [${constant}, ${entry.value}]`);
  const table = emission.function("n", (name) => js`const ${name} = new Map([${rows}]);`);
  const asked = entryAsked(new Set(held.map(({ entry }) => entry.kind)), js`entry`, indexing.knownRoles);
  const asks = emission.function("e", (name) => js`const ${name} = (q, entry) => ${asked};`);
  const found: Found = (constant) => js`${asks}(q, ${table}.get(${constant}))`;
  if (of === undefined) {
    const loop = emission.function(
      "l",
      (name) => js`function ${name}(q) {
  const roles = ${indexing.roles()};
  for (let at = 0; at < roles.length; at++) {
    if (${found(js`roles[at]`)}) return true;
  }
  return false;
}`,
    );
    return js`${loop}(q)`;
  }
  // Where it is unknown, any of the constants is possible.
  const unknown = possibly
    ? js`${askedLater(
        entries.map(({ key }) => key.left),
        indexing,
      )}(q)`
    : js`false`;
  const value = indexing.operand(of);
  if (kind === "is") {
    const looked = emission.function(
      "l",
      (name) => js`function ${name}(q) {
  const value = ${value};
  return value === undefined ? ${unknown} : ${found(js`value`)};
}`,
    );
    return js`${looked}(q)`;
  }
  // Only beginnings as long as some directory are looked up, so that the time is bounded by the policy and not by the text.
  const directories = [...byConstant.keys()].map(String).filter((directory) => directory !== "/");
  const lengths = [...new Set(directories.map(({ length }) => length))].toSorted((a, b) => a - b);
  const everywhere = byConstant.has("/") ? js`\n  if (${found(js`"/"`)}) return true;` : js``;
  const looked = emission.function(
    "l",
    (name) => js`function ${name}(q) {
  const value = ${value};
  if (value === undefined) return ${unknown};${everywhere}${lengths.length <= FEW_LENGTHS ? byLength(found, lengths) : bySlash(found, lengths)}
}`,
  );
  return js`${looked}(q)`;
}

/** Up to so many lengths of directories are asked one by one: a character each, where looking for the next `/` is a call. */
const FEW_LENGTHS = 8;

/** From code of a constant to code that asks what the table holds for it. */
type Found = (constant: Code) => Code;

function byLength(found: Found, lengths: readonly number[]): Code {
  const asked = lengths.map(
    (length) =>
      js`\n  if ((value.charCodeAt(${length}) === 47 || value.length === ${length}) && ${found(js`value.slice(0, ${length})`)}) return true;`,
  );
  return js`${joinCode(asked, js``)}\n  return false;`;
}

function bySlash(found: Found, lengths: readonly number[]): Code {
  const [shortest, longest] = [lengths[0] as number, lengths.at(-1) as number];
  return js`
  for (let at = value.indexOf("/", ${shortest}); at > 0 && at <= ${longest}; at = value.indexOf("/", at + 1)) {
    if (${found(js`value.slice(0, at)`)}) return true;
  }
  return value.length > 1 && value.length <= ${longest} && ${found(js`value`)};`;
}

/** What a table holds for a constant under which some ways are left. */
function entryOf(ways: readonly Way[], indexing: Indexing): Entry {
  const areOfRoles = ways.every(({ tests, conjuncts }) => tests.length === 0 && conjuncts.length === 0);
  if (!indexing.answers || !areOfRoles) return { kind: "function", value: askedLater(ways, indexing) };
  const wanted = ways.map(({ roles }) => roles);
  const ofAny = wanted.filter((roles) => roles !== undefined);
  if (ofAny.length < wanted.length) return { kind: "always", value: js`true` };
  return indexing.roleEntry([...new Set(ofAny.flat())]);
}

/** The name of a function of `q` that asks some ways. */
function askedLater(ways: readonly Way[], indexing: Indexing): Code {
  const code = waysCode(ways, indexing);
  return indexing.emission.function("w", (name) => js`const ${name} = (q) => ${code};`);
}
