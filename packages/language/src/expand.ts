import { type OperationIr, type Type, whyUnreadable } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import micromatch from "micromatch";
import type { Capability, Expression, Name, Operation, Operations, Word } from "./ast.ts";
import { longestChain, mostEntries, reportTooLarge } from "./bounds.ts";
import { type Report, withSuggestion } from "./report.ts";
import type { Scope, ServerScope } from "./scope.ts";
import { plain } from "./types.ts";

/** An operation that a condition speaks of, as far as the checker needs to know it. */
export interface Expanded {
  readonly ir: OperationIr;
  /** `fs.read_file`, `resource fs "…"`: for messages. */
  readonly label: string;
  /** What `args` is: of a pinned tool its record, `any` on an untyped server or of a prompt, undefined where there are none. */
  readonly arguments: Type | undefined;
  /** What `result` is: of a tool by its output schema, `any` on an untyped server, undefined of what is no tool. */
  readonly result: Type | undefined;
  readonly untyped: boolean;
}

/** Operations with the conditions under which a capability holds them; none for operations that a rule names itself. */
export interface Entry {
  readonly operations: readonly Expanded[];
  readonly except: readonly Expanded[];
  /** Joined by `and`; `unless` ones are to be negated. */
  readonly conditions: readonly { readonly expression: Expression; readonly negated: boolean }[];
}

/**
 * What operations stand for. Wildcards become the pinned names that they match; on an untyped server they stay patterns. With
 * `bare`, capabilities lose their conditions (narrowing rules, `assert … never`), and everything is one entry.
 */
export function expand(
  written: Operations,
  scope: Scope,
  { bare }: { readonly bare: boolean },
  report: Report,
  trail: readonly string[] = [],
): readonly Entry[] {
  const except = written.except.flatMap((each) => bareOperations(each, scope, report, trail));
  const own: Expanded[] = [];
  const entries: Entry[] = [];
  for (const operation of written.include) {
    if (operation.kind !== "capability") own.push(...expandOne(operation, scope, report));
    else if (bare) own.push(...bareOperations(operation, scope, report, trail));
    else entries.push(...capabilityEntries(operation.name, scope, report, trail));
  }
  const all = own.length > 0 ? [{ operations: unique(own), except: [], conditions: [] }, ...entries] : entries;
  const kept = all.map((entry) => leaveOut(entry, except)).filter((entry) => entry.operations.length > 0);
  const hadSome = all.some((entry) => entry.operations.length > 0);
  if (hadSome && kept.length === 0) {
    report(
      diagnostic("P0210", written.span, "the `except` leaves no operation")
        .withNote("a rule about nothing never applies")
        .withHelp("name fewer operations behind `except`"),
    );
  }
  return kept;
}

function bareOperations(
  operation: Operation,
  scope: Scope,
  report: Report,
  trail: readonly string[],
): readonly Expanded[] {
  if (operation.kind !== "capability") return expandOne(operation, scope, report);
  return unique(
    capabilityEntries(operation.name, scope, report, trail).flatMap((entry) =>
      // A pattern's exceptions cannot be taken out of it: without them a narrowing rule speaks of more, never of less.
      [...entry.operations],
    ),
  );
}

function capabilityEntries(name: Name, scope: Scope, report: Report, trail: readonly string[]): readonly Entry[] {
  const capability = scope.capabilities.get(name.text);
  if (capability === undefined) {
    unknownCapability(name, scope, report);
    return [];
  }
  return entriesOf(capability, scope, report, trail);
}

/** The entries of a capability, those of capabilities that it names among them with both conditions. */
export function entriesOf(
  capability: Capability,
  scope: Scope,
  report: Report,
  trail: readonly string[] = [],
): readonly Entry[] {
  const name = capability.name.text;
  if (trail.includes(name) || trail.length >= longestChain) return [];
  const known = unfolded.get(capability);
  if (known !== undefined) return known;
  const entries = capability.entries.flatMap((written) => {
    const conditions = conditionsOf(written);
    return expand(written.operations, scope, { bare: false }, report, [...trail, name]).map((entry) => ({
      ...entry,
      conditions: [...entry.conditions, ...conditions],
    }));
  });
  const isTooLarge = entries.length > mostEntries;
  if (isTooLarge)
    reportTooLarge(`capability \`${name}\` unfolds to ${entries.length} entries`, capability.name.span, report);
  unfolded.set(capability, isTooLarge ? [] : entries);
  return isTooLarge ? [] : entries;
}

/** A capability's entries, which are the same wherever it is named: its names mean the same in the whole policy. */
const unfolded = new WeakMap<Capability, readonly Entry[]>();

/** `when A unless B`, to be read as `A and not (B)`. */
export function conditionsOf(written: {
  readonly when: Expression | undefined;
  readonly unless: Expression | undefined;
}): Entry["conditions"] {
  return [
    ...(written.when === undefined ? [] : [{ expression: written.when, negated: false }]),
    ...(written.unless === undefined ? [] : [{ expression: written.unless, negated: true }]),
  ];
}

function leaveOut(entry: Entry, except: readonly Expanded[]): Entry {
  if (except.length === 0) return entry;
  const keys = new Set(except.map((each) => JSON.stringify(each.ir)));
  return {
    ...entry,
    operations: entry.operations.filter((each) => !keys.has(JSON.stringify(each.ir))),
    except: unique([...entry.except, ...except]),
  };
}

function unique(operations: readonly Expanded[]): readonly Expanded[] {
  return [...new Map(operations.map((each) => [JSON.stringify(each.ir), each])).values()];
}

/** What one operation other than a capability stands for. */
export function expandOne(
  operation: Exclude<Operation, { readonly kind: "capability" }>,
  scope: Scope,
  report: Report,
): readonly Expanded[] {
  switch (operation.kind) {
    case "tool":
      return operation.server === "*"
        ? onEveryServer(operation.tool, operation.span, scope, report)
        : onServer(operation.server, scope, report, (server) =>
            toolsNamed(server, operation.tool, operation.span, report),
          );
    case "prompt":
      return onServer(operation.server, scope, report, (server) =>
        promptsNamed(server, operation.prompt, operation.span, report),
      );
    case "resource":
      return onServer(operation.server, scope, report, (server) => {
        const why = whyUnreadable(plain("glob"), operation.glob.value, undefined);
        if (why !== "") {
          report(
            diagnostic("P0304", operation.glob.span, `\`${operation.glob.value}\` is no pattern of resources`)
              .withNote(why)
              .withHelp('write a glob such as "file:///workspace/**"'),
          );
          return [];
        }
        return [resources(server, operation.glob.value)];
      });
    case "completion":
    case "sampling":
    case "elicitation":
    case "roots":
      return onServer(operation.server, scope, report, (server) => [plainOperation(server, operation.kind)]);
    case "everything": {
      if (operation.server === undefined) return [...scope.servers.values()].flatMap(everythingOf);
      return onServer(operation.server, scope, report, everythingOf);
    }
  }
}

function onServer(
  name: Name,
  scope: Scope,
  report: Report,
  then: (server: ServerScope) => readonly Expanded[],
): readonly Expanded[] {
  const server = scope.servers.get(name.text);
  if (server !== undefined) return server.broken ? [] : then(server);
  const other = scope.names.get(name.text);
  const found = diagnostic("P0202", name.span, `there is no server \`${name.text}\``);
  report(
    withSuggestion(
      other === undefined ? found : found.at(other.span, `\`${name.text}\` is declared here, and is no server`),
      name.text,
      scope.servers.keys(),
      name.span,
      "servers",
    ),
  );
  return [];
}

function isWild(word: Word): boolean {
  return !word.quoted && word.text.includes("*");
}

function toolsNamed(server: ServerScope, word: Word, span: Span, report: Report): readonly Expanded[] {
  const { checked } = server;
  if (checked.untyped) return [untypedTool(checked.name, word)];
  // Asked first, and of a map: most words are names, and a policy may have as many rules as its servers have tools.
  if (!isWild(word) && server.arguments.has(word.text)) return [pinnedTool(server, word.text)];
  const names = checked.tools.map((tool) => tool.name);
  if (isWild(word)) {
    const matched = matching(word.text, names);
    if (matched.length === 0) nothingMatches(word.text, checked.name, names, "tool", span, report);
    return matched.map((name) => pinnedTool(server, name));
  }
  report(
    withSuggestion(
      diagnostic("P0201", word.span, `\`${word.text}\` is not a tool of server \`${checked.name}\``)
        .withLabel("not among its pinned tools")
        .withNote("it is denied to everybody"),
      word.text,
      names,
      word.span,
      `tools of \`${checked.name}\``,
    ),
  );
  return [];
}

function onEveryServer(word: Word, span: Span, scope: Scope, report: Report): readonly Expanded[] {
  const servers = [...scope.servers.values()];
  if (servers.some((server) => server.broken)) report = () => undefined;
  const matched = servers.flatMap((server) => {
    const { checked } = server;
    if (checked.untyped) return [untypedTool(checked.name, word)];
    const names = checked.tools.map((tool) => tool.name);
    return (isWild(word) ? matching(word.text, names) : names.filter((name) => name === word.text)).map((name) =>
      pinnedTool(server, name),
    );
  });
  if (matched.length === 0) {
    const names = servers.flatMap((server) => server.checked.tools.map((tool) => tool.name));
    nothingMatches(word.text, "*", names, "tool", span, report);
  }
  return matched;
}

function promptsNamed(server: ServerScope, word: Word, span: Span, report: Report): readonly Expanded[] {
  const { checked } = server;
  const ir = (name: Word): OperationIr => ({ kind: "prompt", server: checked.name, ...nameOrPattern(name) });
  const one = (operation: OperationIr, label: string): Expanded => ({
    ir: operation,
    label: `prompt ${checked.name}.${label}`,
    arguments: plain("any"),
    result: undefined,
    untyped: checked.untyped,
  });
  if (checked.untyped) return [one(ir(word), word.text)];
  if (isWild(word)) {
    const matched = matching(word.text, checked.prompts);
    if (matched.length === 0) nothingMatches(word.text, checked.name, checked.prompts, "prompt", span, report);
    return matched.map((name) => one({ kind: "prompt", server: checked.name, name }, name));
  }
  if (checked.prompts.includes(word.text)) return [one(ir(word), word.text)];
  report(
    withSuggestion(
      diagnostic("P0214", word.span, `\`${word.text}\` is not a prompt of server \`${checked.name}\``).withNote(
        "it is denied to everybody",
      ),
      word.text,
      checked.prompts,
      word.span,
      `prompts of \`${checked.name}\``,
    ),
  );
  return [];
}

function nothingMatches(
  pattern: string,
  server: string,
  names: readonly string[],
  what: string,
  span: Span,
  report: Report,
): void {
  report(
    withSuggestion(
      diagnostic(
        "P0210",
        span,
        `\`${pattern}\` matches no ${what} of ${server === "*" ? "any server" : `server \`${server}\``}`,
      ).withNote("a rule about nothing never applies; most likely a name changed or was misspelt"),
      pattern,
      names,
      span,
      `${what}s`,
    ),
  );
}

/**
 * The names that a wildcard matches. A `*` stands for any run of characters, a slash too, as it does at run time on an untyped
 * server; so slashes, which micromatch would stop at, and dots, of which it never matches one or two alone, are put out of its sight.
 */
export function matching(pattern: string, names: readonly string[]): readonly string[] {
  const hide = (text: string): string => text.replaceAll("/", "\uE000").replaceAll(".", "\uE001");
  const isMatch = micromatch.matcher(hide(pattern), { dot: true, noextglob: true, nobrace: true, posix: true });
  return names.filter((name) => isMatch(hide(name)));
}

function nameOrPattern(word: Word): { readonly name: string } | { readonly pattern: string } {
  return isWild(word) ? { pattern: word.text } : { name: word.text };
}

function untypedTool(server: string, word: Word): Expanded {
  return {
    ir: { kind: "tool", server, ...nameOrPattern(word) },
    label: `${server}.${word.text}`,
    arguments: plain("any"),
    result: plain("any"),
    untyped: true,
  };
}

function pinnedTool(server: ServerScope, name: string): Expanded {
  return {
    ir: { kind: "tool", server: server.checked.name, name },
    label: `${server.checked.name}.${name}`,
    arguments: server.arguments.get(name) ?? plain("any"),
    result: server.results.get(name) ?? plain("any"),
    untyped: false,
  };
}

function resources(server: ServerScope, glob: string): Expanded {
  const { name, untyped } = server.checked;
  return {
    ir: { kind: "resource", server: name, glob },
    label: `resource ${name} "${glob}"`,
    arguments: undefined,
    result: undefined,
    untyped,
  };
}

const spoken = { completion: "completion", sampling: "sampling by", elicitation: "elicitation by", roots: "roots for" };

function plainOperation(server: ServerScope, kind: keyof typeof spoken): Expanded {
  const { name, untyped } = server.checked;
  return {
    ir: { kind, server: name },
    label: `${spoken[kind]} ${name}`,
    arguments: undefined,
    result: undefined,
    untyped,
  };
}

function everythingOf(server: ServerScope): readonly Expanded[] {
  const { checked } = server;
  const every: Word = { text: "*", quoted: false, span: server.node.span };
  const tools = checked.untyped
    ? [untypedTool(checked.name, every)]
    : checked.tools.map((tool) => pinnedTool(server, tool.name));
  const prompts = checked.untyped
    ? promptsNamed(server, every, server.node.span, () => undefined)
    : checked.prompts.flatMap((text) =>
        promptsNamed(server, { ...every, text, quoted: true }, server.node.span, () => undefined),
      );
  const kinds = ["completion", "sampling", "elicitation", "roots"] as const;
  return [...tools, ...prompts, resources(server, "**"), ...kinds.map((kind) => plainOperation(server, kind))];
}

export function unknownCapability(name: Name, scope: Scope, report: Report): void {
  const other = scope.names.get(name.text);
  if (other !== undefined) {
    const hint = other.kind === "server" ? `${name.text}.*` : undefined;
    const found = diagnostic("P0220", name.span, `\`${name.text}\` is no operation`)
      .withLabel(`a ${other.kind}, not a capability`)
      .at(other.span, "declared here");
    report(
      hint === undefined
        ? found.withHelp("name tools, as in `fs.read_file`, or a capability")
        : found.withFix({ title: `for each of its tools write \`${hint}\``, span: name.span, replacement: hint }),
    );
    return;
  }
  report(
    withSuggestion(
      diagnostic("P0205", name.span, `there is no capability \`${name.text}\``).withNote(
        "operations are tools, as in `fs.read_file`, resources, prompts and capabilities",
      ),
      name.text,
      scope.capabilities.keys(),
      name.span,
      "capabilities",
    ),
  );
}
