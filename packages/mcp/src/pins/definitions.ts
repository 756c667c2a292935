import { isRecord, type JsonObject, type PinnedKind } from "@mcpolicy/core";
import { after, type Maybe } from "../maybe.ts";
import { type Thing, usualUnknown } from "../wire/denial.ts";
import { type Answer, type Era, own, SERVER_INFO } from "../wire/message.ts";
import {
  type Difference,
  differenceOf,
  holdAgainstPins,
  isSetPinned,
  type Pins,
  pinnedKinds,
  properName,
} from "./hold.ts";
import { type Unknown, unknownFrom } from "./unknown.ts";

/** How a question of our own reaches the server; rejects where no answer comes. */
export type Ask = (method: string, params: JsonObject) => Promise<Answer>;

/** A way to ask the server, in the manner of the message that makes it necessary. */
export interface Asking {
  readonly ask: Ask;
  /** `_meta` of each question: modern servers want it. */
  readonly meta: JsonObject | undefined;
  readonly era: Era;
}

export interface DefinitionsOptions extends Pins {
  /**
   * Whether only what was seen as pinned is held. Else whatever was not seen otherwise is too: in process, where a server may define other
   * tools for other callers.
   */
  readonly strict: boolean;
  /** Unguessable: probes for what the server does not know are named by it. */
  readonly newId: () => string;
  readonly onDifferences: (differences: readonly Difference[]) => void;
  /** Milliseconds that a whole check may take. */
  readonly timeout: number;
  /** How the server is asked where not through the connection that needs to know: for servers that many connections lead to. */
  readonly asking?: ((era: Era | "any") => Asking) | undefined;
}

const MAX_PAGES = 1000;
const METHOD_NOT_FOUND = -32601;

/** What is probed, and how. */
// biome-ignore format: table
const probes: Readonly<Partial<Record<Thing, { readonly method: string; readonly params: (name: string) => JsonObject; readonly name: (id: string) => string }>>> = {
  tool:     { method: "tools/call",     params: (name) => ({ name, arguments: {} }), name: (id) => `no-such-tool-${id}` },
  prompt:   { method: "prompts/get",    params: (name) => ({ name }),                name: (id) => `no-such-prompt-${id}` },
  resource: { method: "resources/read", params: (uri) => ({ uri }),                  name: (id) => `no-such-resource:${id}` },
  task:     { method: "tasks/get",      params: (taskId) => ({ taskId }),            name: (id) => `no-such-task-${id}` },
};

/**
 * What a server offers now, held against the pins, and how it answers what it does not know. Until a check has ended nothing is held; a check
 * that fails holds nothing. When the server says that its list changed, or shows a definition that moved, everything is checked anew.
 */
export class Definitions {
  readonly #options: DefinitionsOptions;
  #state: "unchecked" | "checking" | "checked" | "failed" = "unchecked";
  #stale = false;
  #seen: ReadonlyMap<PinnedKind, ReadonlyMap<string, boolean>> = new Map();
  #names: readonly string[] = [];
  #why = "";
  #check: Promise<void> | undefined;
  readonly #unknown = new Map<string, Promise<Unknown>>();
  readonly #known = new Map<string, Unknown>();
  readonly #reported = new Set<string>();
  /** What the server says that it is, once it said so. */
  identity: JsonObject | undefined;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
  }

  /** For another server that is started as this one was: nothing is known of it yet. */
  anew(): Definitions {
    return new Definitions(this.#options);
  }

  get state(): "unchecked" | "checking" | "checked" | "failed" {
    return this.#state;
  }

  /** Why the last check failed. */
  get why(): string {
    return this.#why;
  }

  /** Whether something is offered as it was pinned. What no pin can be about is. */
  isHeld(kind: PinnedKind, name: string): boolean {
    if (this.#state !== "checked") return false;
    const seen = this.#seen.get(kind)?.get(name);
    return seen ?? !(this.#options.strict && isSetPinned(this.#options.server, kind));
  }

  /** Takes note of what a result says of the server (MCP 2026-07-28, `_meta`). */
  identify(result: JsonObject): void {
    if (this.identity !== undefined) return;
    const meta = own(result, "_meta");
    const identity = isRecord(meta) ? own(meta, SERVER_INFO) : undefined;
    if (isRecord(identity)) this.identity = identity;
  }

  /** The server changed its list: what was held is not any more. */
  markStale(): void {
    this.#stale = true;
    if (this.#state !== "checking") this.#state = "unchecked";
  }

  /**
   * Which definitions of a page that is being listed are as pinned, both now and when all was checked. Where one has moved since, everything is
   * checked anew.
   */
  heldOf(kind: PinnedKind, page: readonly JsonObject[]): readonly boolean[] {
    const differences = page.map((definition) => differenceOf(this.#options, kind, definition));
    const held = page.map((definition, at) => {
      const name = properName(kind, definition);
      return name !== undefined && differences[at] === undefined && this.isHeld(kind, name);
    });
    const moved = differences.filter((each) => each !== undefined);
    this.#report(moved);
    if (moved.some(({ name }) => this.isHeld(kind, name))) this.markStale();
    return held;
  }

  /** Settles once a check has ended, well or not; at once where nothing has to be checked. Never rejects. */
  ready(asking: Asking): Maybe<void> {
    if (this.#state === "checked") return;
    this.#check ??= this.#run(this.#options.asking?.("any") ?? asking).finally(() => {
      this.#check = undefined;
    });
    return this.#check;
  }

  async #run(asking: Asking): Promise<void> {
    this.#state = "checking";
    const until = deadline(this.#options.timeout);
    try {
      do {
        this.#stale = false;
        const found = await Promise.race([this.#all(asking), until.passed]);
        const held = holdAgainstPins(this.#options, found);
        this.#seen = held.seen;
        this.#names = [...found.values()].flatMap((each) => each.flatMap((definition) => nameOf(definition) ?? []));
        this.#report(held.differences);
      } while (this.#stale);
      this.#state = "checked";
    } catch (problem) {
      this.#seen = new Map();
      this.#state = "failed";
      this.#why = problem instanceof Error ? problem.message : "the check failed";
    } finally {
      until.clear();
    }
  }

  async #all(asking: Asking): Promise<ReadonlyMap<PinnedKind, readonly unknown[]>> {
    const { server } = this.#options;
    const kinds = pinnedKinds.filter(({ isAsked }) => isAsked(server));
    const lists = await Promise.all(
      kinds.map(async ({ kind, method, member }) => [kind, await pages(asking, method, member)] as const),
    );
    return new Map(lists);
  }

  /** Each difference is told once, until something else is seen. */
  #report(differences: readonly Difference[]): void {
    const fresh = differences.filter(({ text }) => !this.#reported.has(text));
    if (fresh.length === 0) return;
    if (this.#reported.size > 10_000) this.#reported.clear();
    for (const { text } of fresh) this.#reported.add(text);
    this.#options.onDifferences(fresh);
  }

  /** How this server answers something that it does not know: it is asked once, for something that nobody has. Never rejects. */
  unknown(thing: Thing, name: string, asking: Asking): Maybe<Answer> {
    const { era } = asking;
    const key = `${era} ${thing}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known(name, era);
    const probed = this.#unknown.get(key) ?? this.#probe(thing, this.#options.asking?.(era) ?? asking);
    this.#unknown.set(key, probed);
    return after(
      probed.then((unknown) => unknown(name, era)),
      (answer) => answer,
    );
  }

  async #probe(thing: Thing, { ask, meta, era }: Asking): Promise<Unknown> {
    const key = `${era} ${thing}`;
    const usual: Unknown = (name) => usualUnknown(thing, name, era);
    const probe = probes[thing];
    if (probe === undefined) return usual;
    const until = deadline(this.#options.timeout);
    try {
      const name = probe.name(this.#options.newId());
      const answer = await Promise.race([ask(probe.method, withMeta(probe.params(name), meta)), until.passed]);
      const names = [...Object.keys(this.#options.server.tools), ...this.#options.server.prompts, ...this.#names];
      const unknown = unknownFrom(thing, name, answer, names);
      this.#known.set(key, unknown);
      return unknown;
    } catch {
      // It is asked again the next time.
      this.#unknown.delete(key);
      return usual;
    } finally {
      until.clear();
    }
  }
}

async function pages({ ask, meta }: Asking, method: string, member: string): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await ask(method, withMeta(cursor === undefined ? {} : { cursor: cursor as string }, meta));
    if (answer.kind === "error") {
      // A server without any.
      if (page === 0 && own(answer.error, "code") === METHOD_NOT_FOUND) return [];
      throw new Error(`the server refused to answer ${method}`);
    }
    const { result } = answer;
    const listed = result[member];
    if (!Array.isArray(listed)) throw new Error(`the server's answer to ${method} lists no ${member}`);
    items.push(...listed);
    cursor = result["nextCursor"];
    if (cursor === undefined) return items;
    if (typeof cursor !== "string") throw new Error(`the server's answer to ${method} has a broken cursor`);
  }
  throw new Error(`the server's answer to ${method} has more than ${MAX_PAGES} pages`);
}

function withMeta(params: JsonObject, meta: JsonObject | undefined): JsonObject {
  return meta === undefined ? params : { ...params, _meta: meta };
}

function nameOf(definition: unknown): string | undefined {
  const name = isRecord(definition) ? own(definition, "name") : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}

function deadline(milliseconds: number): { readonly passed: Promise<never>; readonly clear: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the server did not answer within ${milliseconds} ms`)), milliseconds);
  });
  passed.catch(() => {});
  return { passed, clear: () => clearTimeout(timer) };
}
