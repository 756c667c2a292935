import { type Maker, placesTable, table } from "./policies.ts";
import type { Random } from "./random.ts";

/** What a drawn policy is to hold besides, and the tools that requests mostly go to, so that rare things meet. */
export interface Emphasis {
  readonly statements: (maker: Maker) => readonly string[];
  readonly tools: readonly string[];
}

export type EmphasisName =
  | "places in a table"
  | "paths of another server's events"
  | "defaults along a path"
  | "lists that may be none"
  | "ends of a grant"
  | "what servers say of tools"
  | "little at a time"
  | "amounts below nothing"
  | "events that may be meant"
  | "results that are masked"
  | "results in blocks"
  | "what several rules ask for"
  | "places outside of which nothing is allowed";

/** Things that random policies hold seldom, by a word for them. */
export const emphases: Readonly<Record<EmphasisName, Emphasis>> = {
  "places in a table": emphasis((maker) => table(maker, placesTable), "disk.write_file"),
  "paths of another server's events": emphasis(
    ({ random }) => [
      'allow "open" anyone to hub.ping, disk.read_file',
      `deny "after" hub.ping\n  when called disk.read_file with (its.args.path under ${place(random)}) in last 2h`,
    ],
    "hub.ping",
    "disk.read_file",
  ),
  "defaults along a path": emphasis(
    ({ random }) => [
      `${effect(random)} "by default" anyone to disk.edit_files\n  when (args.options.root ?? ${place(random)}) under ${place(random)}`,
    ],
    "disk.edit_files",
  ),
  "lists that may be none": emphasis(
    ({ random }) => [
      `${effect(random)} "each" anyone to wild.read_all\n  when ${random.pick(["every", "some"])} item in args.list: (item == 1)`,
    ],
    "wild.read_all",
  ),
  "ends of a grant": emphasis(
    ({ random }) => [`allow "ends" anyone to hub.send_mail\n  until ${random.pick(["2026-06-01", "2027-01-01"])}`],
    "hub.send_mail",
  ),
  "what servers say of tools": emphasis(
    () => [
      'allow "said" anyone to disk.read_file when tool.annotations.readOnlyHint',
      'allow "said too" anyone to disk.write_file when not tool.annotations.destructiveHint',
    ],
    "disk.read_file",
    "disk.write_file",
  ),
  "little at a time": emphasis(
    ({ random }) => [
      'allow "open" anyone to hub.ping',
      `limit "little" hub.ping to ${random.int(1, 2)} per 30s per principal`,
      'require "each time" mfa for hub.ping',
    ],
    "hub.ping",
  ),
  "amounts below nothing": emphasis(
    ({ random }) => [
      'allow "open" anyone to wild.read_all',
      `limit "owed" wild.read_all to ${random.int(1, 5)} of ((args.n ?? 1) * -1) per 1h per principal`,
    ],
    "wild.read_all",
  ),
  "events that may be meant": emphasis(
    ({ random }) => [
      'allow "open" anyone to wild.read_all',
      `allow "unsure" anyone to hub.ping\n  when count of called wild.* with (its.args.n > 1) in last 1h ${random.pick(["<", "<=", "=="])} 1`,
    ],
    "wild.read_all",
    "hub.ping",
  ),
  "results that are masked": emphasis(
    ({ random }) => [
      'allow "open" anyone to hub.query',
      `redact "mask" ${random.pick(["card", "email-address, iban", "card, ip-address"])} in result of hub.query`,
    ],
    "hub.query",
  ),
  "results in blocks": emphasis(
    ({ random }) => [
      'allow "open" anyone to hub.ping',
      "let ACROSS = /[ab]b/",
      `redact "across" ${random.pick(["ACROSS", "ACROSS, card", "email-address, ip-address"])} in result of hub.ping`,
    ],
    "hub.ping",
  ),
  "what several rules ask for": emphasis(({ random }) => {
    const asked = (): string => `args.${random.pick(["n", "deep.x"])} ${random.pick(["> 1", "< 3", "== 1", "== 2"])}`;
    const both = (): string => `(${asked()}) ${random.pick(["and", "or"])} ${random.pick(["", "not "])}(${asked()})`;
    const who = (): string => random.pick(["anyone to ", "reader to ", "writer to "]);
    const rule = (sort: string, name: string): string => `${sort} "${name}" ${who()}wild.read_all\n  when ${both()}`;
    return [rule("allow", "one"), rule("allow", "two"), rule("deny", "three"), rule("deny", "four")];
  }, "wild.read_all"),
  // A server of its own, of whose tools no other rule allows any.
  "places outside of which nothing is allowed": emphasis(({ random }) => {
    const here = (): string => random.pick(['under "/etc"', 'under ["/home/core", "/srv"]', 'like "/srv/data/*"']);
    const anywhere = (): string => random.pick(['like "**/*.md"', 'like "/{srv,etc}/**"', '!= "/srv"', 'under "/"']);
    const more = (): string => random.pick(["", " and args.head > 1", " or args.raw == true"]);
    const allow = (name: string, asked: string): string =>
      `allow "${name}" ${random.pick(["anyone", "reader"])} to shelf.read_file when args.path ${asked}${more()}`;
    return [
      'server shelf from "disk.json" root "/srv/data"',
      allow("here", here()),
      allow("there", random.chance(0.5) ? here() : anywhere()),
    ];
  }, "shelf.read_file"),
};

function emphasis(statements: Emphasis["statements"], ...tools: readonly string[]): Emphasis {
  return { statements, tools };
}

function place(random: Random): string {
  return JSON.stringify(random.pick(["/srv/data", "/srv/data/a", "/srv/hub", "/srv"]));
}

function effect(random: Random): "allow" | "deny" {
  return random.chance(0.5) ? "allow" : "deny";
}
