import { equal, type JsonObject, type PinFile, type PinnedKind, pinnedPart } from "@mcpolicy/core";
import { type Change, changesOf } from "@mcpolicy/mcp";

/** Something that a server defines otherwise than it is pinned. */
export interface Moved {
  readonly what: PinnedKind;
  readonly name: string;
  readonly kind: "changed" | "new" | "gone";
  readonly changes: readonly Change[];
}

// biome-ignore format: table
const lists: readonly { readonly what: PinnedKind; readonly list: "tools" | "prompts" | "resources" | "resourceTemplates"; readonly name: string }[] = [
  { what: "tool",     list: "tools",             name: "name"        },
  { what: "prompt",   list: "prompts",           name: "name"        },
  { what: "resource", list: "resources",         name: "uri"         },
  { what: "template", list: "resourceTemplates", name: "uriTemplate" },
];

/** How what a server defines now differs from its pins: by kind, then as the pins have them, then what is new. */
export function movedBetween(pinned: PinFile, live: PinFile): readonly Moved[] {
  return lists.flatMap(({ what, list, name }) => {
    const before = byName(pinned[list] as unknown as readonly JsonObject[], name);
    const after = byName(live[list] as unknown as readonly JsonObject[], name);
    const known = [...before].flatMap(([each, definition]): readonly Moved[] => {
      const now = after.get(each);
      if (now === undefined) return [{ what, name: each, kind: "gone", changes: [] }];
      if (equal(pinnedPart(what, definition), pinnedPart(what, now))) return [];
      return [{ what, name: each, kind: "changed", changes: changesOf(what, definition, now) }];
    });
    const fresh = [...after.keys()].filter((each) => !before.has(each));
    return [...known, ...fresh.map((each): Moved => ({ what, name: each, kind: "new", changes: [] }))];
  });
}

function byName(definitions: readonly JsonObject[], name: string): ReadonlyMap<string, JsonObject> {
  return new Map(definitions.map((each) => [String(each[name]), each]));
}
