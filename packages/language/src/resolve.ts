import {
  digestsBeside,
  type Field,
  type PinFile,
  type PinnedTool,
  read,
  showType,
  type Type,
  type Value,
  whyUnreadable,
} from "@mcpolicy/core";
import { diagnostic, Source, type Span } from "@mcpolicy/diagnostics";
import type { Attributes, Capability, Data, Let, Role, Server, Statement } from "./ast.ts";
import { longestChain, mostInclusions, reportTooLarge, workFor } from "./bounds.ts";
import { loadTable } from "./data.ts";
import { declaredType } from "./declared-type.ts";
import type { Files } from "./files.ts";
import { readPins } from "./pins.ts";
import { type Report, withSuggestion } from "./report.ts";
import type { Declared, Macro, Scope, ServerScope } from "./scope.ts";
import { builtIn } from "./scope.ts";
import { typeOfSchema } from "./tools.ts";
import type { CheckedServer, CheckedTool } from "./typed.ts";
import { listOf, plain, recordOf, sameType } from "./types.ts";
import { walk } from "./visit.ts";
import { recordsIn } from "./written-types.ts";

/** Names that expressions have already; no declaration may take them. */

/**
 * Looks up what the declarations declare: one name space, pinned servers, capabilities, roles with all that they include, the
 * attributes of callers and requests. Reports doubles, cycles and names that mean nothing; what is broken is left out.
 */
export function resolve(
  statements: readonly Statement[],
  sources: Map<string, Source>,
  files: Files,
  report: Report,
): Scope {
  const names = declareNames(statements, report);
  const first = <T extends Statement & { readonly name: { readonly span: Span; readonly text: string } }>(
    kind: T["kind"],
  ): ReadonlyMap<string, T> =>
    new Map(
      statements
        .filter((each): each is T => each.kind === kind)
        .filter((each) => names.get(each.name.text)?.span === each.name.span)
        .map((each) => [each.name.text, each]),
    );
  const capabilities = first<Capability>("capability");
  const roles = first<Role>("role");
  const servers = new Map(
    [...first<Server>("server")].map(([name, node]) => [name, loadServer(node, sources, files, report)]),
  );
  const blocks = statements.filter((each): each is Attributes => each.kind === "principal" || each.kind === "context");
  const claims: Record<string, string> = {};
  const principal = attributes(
    blocks.filter((each) => each.kind === "principal"),
    principalFields,
    claims,
    report,
  );
  const supplied = fieldsByTime(blocks.filter((each) => each.kind === "context"));
  const context = attributes(supplied.request, contextFields, {}, report);
  const resultContext = attributes(supplied.result, {}, {}, report);
  refuseBoth(supplied.result, supplied.request, context, report);

  const lets = first<Let>("let");
  checkMembers(roles, capabilities, names, report);
  reportCycles(capabilities, (each) => capabilitiesIn(each), "P0208", "capability", report);
  reportCycles(roles, (each) => each.members.filter((member) => roles.has(member.text)), "P0209", "role", report);

  return {
    sources,
    names,
    servers,
    capabilities,
    roles,
    constants: lets,
    macros: macrosOf(lets, report),
    labels: new Set(statements.flatMap((each) => (each.kind === "label" ? [each.label.text] : []))),
    tables: new Map(
      [...first<Data>("data")].flatMap(([name, node]) => {
        const table = loadTable(node, sources, files, report);
        return table === undefined ? [] : [[name, table] as const];
      }),
    ),
    closure: closureOf(roles, report),
    work: workFor(statements),
    principal,
    claims,
    context,
    resultContext,
  };
}

const declaring = {
  server: "server",
  capability: "capability",
  role: "role",
  let: "constant",
  data: "table",
} as const;

const called = {
  server: "a server",
  capability: "a capability",
  role: "a role",
  constant: "a `let`",
  table: "a table",
};

function declareNames(statements: readonly Statement[], report: Report): ReadonlyMap<string, Declared> {
  const names = new Map<string, Declared>();
  for (const statement of statements) {
    if (!(statement.kind in declaring)) continue;
    const { kind, name } = statement as Server | Capability | Role | Let;
    if (builtIn.has(name.text)) {
      report(
        diagnostic("P0207", name.span, `\`${name.text}\` is built in`)
          .withNote("conditions read it already; nothing shadows it")
          .withHelp("give this one another name"),
      );
      continue;
    }
    const before = names.get(name.text);
    if (before !== undefined) {
      report(
        diagnostic("P0206", name.span, `the name \`${name.text}\` is declared twice`)
          .withLabel("again here")
          .at(before.span, `${called[before.kind]} of this name`)
          .withNote("servers, capabilities, roles and `let`s share one name space; this declaration is passed over")
          .withHelp("rename one of the two, or remove it"),
      );
      continue;
    }
    names.set(name.text, { kind: declaring[kind], span: name.span });
  }
  return names;
}

// ---------------------------------------------------------------- servers

/** What conditions read of a tool that declares no output: its text, and what that says where it is JSON. */
const plainResult: Type = recordOf({
  text: { type: plain("string"), optional: false },
  json: { type: plain("any"), optional: true },
});

function loadServer(node: Server, sources: Map<string, Source>, files: Files, report: Report): ServerScope {
  const root = node.root === undefined ? undefined : readRoot(node.root, report);
  const pins = node.from === undefined ? undefined : loadPins(node.from, sources, files, report);
  const types = new Map<string, Type>();
  const results = new Map<string, Type>();
  const tools = (pins?.pins?.tools ?? []).map((tool): CheckedTool => {
    const { type, warnings } = typeOfSchema(tool.inputSchema);
    types.set(tool.name, type);
    const result = tool.outputSchema === undefined ? plainResult : typeOfSchema(tool.outputSchema).type;
    results.set(tool.name, result);
    for (const { pointer, feature, why, becameAny } of warnings) {
      const what = becameAny ? "is read as `any`" : "is wider than its schema";
      const where = pointer === "" ? "the input" : `\`${pointer}\``;
      report(
        diagnostic(
          "P0504",
          placeOf(pins?.source, tool),
          `${where} of tool \`${tool.name}\` ${what} (${feature}): ${why}`,
        ),
      );
    }
    return {
      name: tool.name,
      digest: pins?.pins?.digests.tools[tool.name] ?? "",
      description: typeof tool.description === "string" ? tool.description : "",
      annotations: booleansOf(tool.annotations ?? {}),
      inputSchema: tool.inputSchema,
      outputSchema: tool.outputSchema,
      arguments: type,
      result,
    };
  });
  const namesOf = (list: readonly { readonly [key: string]: Value }[], key: string): readonly string[] =>
    list.flatMap((each) => (typeof each[key] === "string" ? [each[key]] : []));
  return {
    node,
    broken: node.from !== undefined && pins?.pins === undefined,
    arguments: types,
    results,
    checked: {
      name: node.name.text,
      untyped: node.from === undefined,
      trusted: node.trusted,
      root,
      tools,
      prompts: namesOf(pins?.pins?.prompts ?? [], "name"),
      resources: [
        ...namesOf(pins?.pins?.resources ?? [], "uri"),
        ...namesOf(pins?.pins?.resourceTemplates ?? [], "uriTemplate"),
      ],
      ...(pins?.source === undefined ? {} : { from: pins.source.name }),
      ...digestsOf(pins?.pins),
    },
  };
}

/** Digests of what is pinned beside tools: those of the file, or where it has none, of what it lists. */
function digestsOf(pins: PinFile | undefined): Pick<CheckedServer, "digests"> {
  if (pins === undefined) return {};
  const { prompts, resources, resourceTemplates } = { ...digestsBeside(pins), ...pins.digests };
  const digests = {
    ...(prompts === undefined ? {} : { prompts }),
    ...(resources === undefined ? {} : { resources }),
    ...(resourceTemplates === undefined ? {} : { resourceTemplates }),
  };
  return Object.keys(digests).length === 0 ? {} : { digests };
}

function readRoot(root: { readonly value: string; readonly span: Span }, report: Report): string | undefined {
  const value = read(plain("path"), root.value, undefined);
  if (typeof value === "string") return value;
  report(
    diagnostic("P0304", root.span, `\`${root.value}\` is no directory that relative paths can hang below`)
      .withNote(whyUnreadable(plain("path"), root.value, undefined))
      .withHelp('write the full path, such as `root "/workspace"`'),
  );
  return undefined;
}

function loadPins(
  from: { readonly value: string; readonly span: Span },
  sources: Map<string, Source>,
  files: Files,
  report: Report,
): { readonly pins: PinFile | undefined; readonly source: Source | undefined } {
  const path = files.join(from.span.file, from.value);
  const text = files.read(path);
  if (text === undefined) {
    report(
      diagnostic("P0501", from.span, `there is no pin file \`${path}\``)
        .withNote("meanwhile every tool of this server is denied")
        .withHelp("make it with `policy init --from-tools FILE`, or declare the server `untyped`"),
    );
    return { pins: undefined, source: undefined };
  }
  const source = sources.get(path) ?? new Source(path, text);
  sources.set(path, source);
  const { pins, diagnostics } = readPins(source);
  for (const each of diagnostics) {
    report("at" in each && typeof each.at === "function" ? each.at(from.span, "pinned here") : each);
  }
  return { pins, source };
}

function placeOf(source: Source | undefined, tool: PinnedTool): Span {
  const start = (source && namesIn(source).get(JSON.stringify(tool.name))) ?? 0;
  return { file: source?.name ?? "", start, end: start + (start === 0 ? 0 : 6) };
}

/** Where each `"name": "…"` first stands in a pin file: looked for once, for all tools that something is said of. */
function namesIn(source: Source): ReadonlyMap<string, number> {
  const known = named.get(source);
  if (known !== undefined) return known;
  const places = new Map<string, number>();
  // Escapes are bounded: of any number of them the expression's stack would be too small.
  for (const { index, 1: name = "" } of source.text.matchAll(/"name"\s*:\s*("[^"\\]*(?:\\.[^"\\]*){0,200}")/g)) {
    if (!places.has(name)) places.set(name, index);
  }
  named.set(source, places);
  return places;
}

const named = new WeakMap<Source, ReadonlyMap<string, number>>();

function booleansOf(annotations: { readonly [key: string]: Value }): Readonly<Record<string, boolean>> {
  const hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
  return Object.fromEntries(
    hints.flatMap((hint) => (typeof annotations[hint] === "boolean" ? [[hint, annotations[hint]] as const] : [])),
  );
}

// ------------------------------------------------------------- attributes

const principalFields: Readonly<Record<string, Field>> = {
  id: { type: plain("string"), optional: false },
  client: { type: plain("string"), optional: true },
  roles: { type: listOf(plain("string")), optional: false },
};
const contextFields: Readonly<Record<string, Field>> = {
  time: { type: plain("time"), optional: false },
  ip: { type: plain("ip"), optional: true },
};

/** The fields of `context`, those of a request and those of a result apart. */
function fieldsByTime(blocks: readonly Attributes[]): Readonly<Record<"request" | "result", readonly Attributes[]>> {
  const having = (onResult: boolean): readonly Attributes[] =>
    blocks.map((block) => ({
      ...block,
      record: { ...block.record, fields: block.record.fields.filter((field) => field.onResult === onResult) },
    }));
  return { request: having(false), result: having(true) };
}

/** One name is supplied with the request or with the result, never with both: nobody could tell which is read. */
function refuseBoth(
  onResult: readonly Attributes[],
  others: readonly Attributes[],
  context: Readonly<Record<string, Field>>,
  report: Report,
): void {
  const places = new Map(others.flatMap((block) => block.record.fields.map(({ name }) => [name.text, name.span])));
  for (const { name } of onResult.flatMap((block) => block.record.fields)) {
    if (!Object.hasOwn(context, name.text)) continue;
    const place = places.get(name.text);
    const found = diagnostic("P0218", name.span, `\`context.${name.text}\` comes with the request already`)
      .withNote(place === undefined ? "it is built in" : "a fact comes with the request or with the result")
      .withHelp("give what comes with the result another name");
    report(place === undefined ? found : found.at(place, "declared here"));
  }
}

function attributes(
  blocks: readonly Attributes[],
  given: Readonly<Record<string, Field>>,
  claims: Record<string, string>,
  report: Report,
): Readonly<Record<string, Field>> {
  const fields = new Map<string, Field>(Object.entries(given));
  const places = new Map<string, Span>();
  for (const block of blocks) {
    for (const declared of block.record.fields) {
      const { text, span } = declared.name;
      const type = declaredType(declared.type, report);
      const before = fields.get(text);
      const builtIn = Object.hasOwn(given, text) && !places.has(text);
      const agrees =
        before === undefined ||
        type.kind === "error" ||
        (sameType(before.type, type) && (builtIn || before.optional === declared.optional));
      if (!agrees) {
        const place = places.get(text);
        const wanted = `\`${text}${before.optional ? "?" : ""}: ${showType(before.type)}\``;
        const found = diagnostic("P0218", span, `\`${block.kind}.${text}\` is declared differently elsewhere`)
          .withNote(builtIn ? `it is built in as ${wanted}` : `there it is ${wanted}`)
          .withHelp("let both say the same, or remove one");
        report(place === undefined ? found : found.at(place, "first declared here"));
        continue;
      }
      const within = recordsIn(declared.type).flatMap(({ fields: parts }) => parts);
      for (const refinement of [declared, ...within].flatMap(({ refinements }) => refinements)) {
        report(
          diagnostic("P0310", refinement.span, `an attribute of \`${block.kind}\` takes a type only`)
            .withNote("refinements stand in a `check`")
            .withHelp("remove it, and test the attribute in a condition"),
        );
      }
      if (declared.onResult && block.kind === "principal") {
        report(
          diagnostic("P0310", declared.span, "a caller is known before any result")
            .withNote("`on result` is for facts of `context` that the host supplies with a result")
            .withHelp("leave it out, or declare the field in `context`"),
        );
      }
      if (block.kind === "principal" && declared.claim !== undefined) claims[text] = declared.claim.value;
      places.set(text, span);
      fields.set(text, {
        type,
        optional: builtIn && before !== undefined ? before.optional && declared.optional : declared.optional,
      });
    }
  }
  return Object.fromEntries(fields);
}

// ---------------------------------------------------- roles, capabilities

function checkMembers(
  roles: ReadonlyMap<string, Role>,
  capabilities: ReadonlyMap<string, Capability>,
  names: ReadonlyMap<string, Declared>,
  report: Report,
): void {
  for (const role of roles.values()) {
    for (const member of role.members) {
      if (roles.has(member.text) || capabilities.has(member.text)) continue;
      const other = names.get(member.text);
      const isCapability = member.text.includes(":");
      const found =
        other === undefined
          ? diagnostic(
              isCapability ? "P0205" : "P0204",
              member.span,
              `\`${member.text}\` is neither a role nor a capability`,
            )
          : diagnostic(
              "P0220",
              member.span,
              `\`${member.text}\` is ${called[other.kind]}, not a role or a capability`,
            ).at(other.span, "declared here");
      report(
        withSuggestion(
          found.withNote(`meanwhile role \`${role.name.text}\` grants nothing by it`),
          member.text,
          [...roles.keys(), ...capabilities.keys()].filter((each) => each !== role.name.text),
          member.span,
          "roles and capabilities",
        ),
      );
    }
  }
}

/** The names of capabilities that a capability's entries name. */
export function capabilitiesIn(capability: Capability): readonly { readonly text: string; readonly span: Span }[] {
  return capability.entries.flatMap((entry) =>
    [...entry.operations.include, ...entry.operations.except].flatMap((each) =>
      each.kind === "capability" ? [each.name] : [],
    ),
  );
}

interface Mention {
  readonly text: string;
  readonly span: Span;
}

/** Reports each cycle once, at the mention that closes it; `edges` gives the mentions in a declaration. */
function reportCycles<T extends { readonly name: { readonly span: Span } }>(
  nodes: ReadonlyMap<string, T>,
  edges: (node: T) => readonly Mention[],
  code: string,
  what: string,
  report: Report,
): void {
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (name: string): void => {
    const node = nodes.get(name);
    if (node === undefined || done.has(name)) return;
    if (trail.length >= longestChain) {
      done.add(name);
      reportTooLarge(`${what} \`${name}\` ends a chain of ${longestChain} names`, node.name.span, report);
      return;
    }
    trail.push(name);
    for (const mention of edges(node)) {
      const from = trail.indexOf(mention.text);
      if (from < 0) {
        visit(mention.text);
        continue;
      }
      const cycle = [...trail.slice(from), mention.text].map((each) => `\`${each}\``);
      let found = diagnostic(code, mention.span, `${what} \`${mention.text}\` includes itself: ${cycle.join(" → ")}`)
        .withLabel("this closes the cycle")
        .withNote("a policy with a cycle builds nothing")
        .withHelp(
          trail.length - from === 1
            ? "remove this mention"
            : `remove one of the mentions, most likely \`${mention.text}\` from \`${name}\``,
        );
      for (const each of trail.slice(from)) {
        const place = nodes.get(each);
        if (place !== undefined) found = found.at(place.name.span, `${what} \`${each}\``);
      }
      report(found);
    }
    trail.pop();
    done.add(name);
  };
  for (const name of nodes.keys()) visit(name);
}

/** Each macro whose unfolding ends. */
function macrosOf(lets: ReadonlyMap<string, Let>, report: Report): ReadonlyMap<string, Macro> {
  const macros = new Map([...lets].flatMap(([name, each]) => (isMacro(each) ? [[name, each] as const] : [])));
  const calls = (macro: Macro): readonly Mention[] =>
    [...walk(macro.value)].flatMap((each) =>
      each.kind === "call" && macros.has(each.function.text) ? [each.function] : [],
    );
  reportCycles(macros, calls, "P0222", "macro", report);
  return macros;
}

function isMacro(each: Let): each is Macro {
  return each.parameters !== undefined;
}

function closureOf(roles: ReadonlyMap<string, Role>, report: Report): Readonly<Record<string, readonly string[]>> {
  const closure: [string, readonly string[]][] = [];
  let count = 0;
  for (const [name, role] of roles) {
    const all = included(name, roles);
    count += all.length;
    if (count > mostInclusions) {
      reportTooLarge("the roles include one another more than a million times", role.name.span, report);
      break;
    }
    closure.push([name, all]);
  }
  return Object.fromEntries(closure);
}

function included(name: string, roles: ReadonlyMap<string, Role>): readonly string[] {
  const all = new Set<string>([name]);
  for (const each of all) {
    for (const member of roles.get(each)?.members ?? []) if (roles.has(member.text)) all.add(member.text);
  }
  return [...all];
}
