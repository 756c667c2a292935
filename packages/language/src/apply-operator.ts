import {
  matchSignature,
  membersOf,
  type Operator,
  type Shape,
  type SignatureMatch,
  showShape,
  showType,
  type Type,
} from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Binary } from "./ast.ts";
import { broken, type Operand } from "./operand.ts";
import type { Site } from "./site.ts";
import { plain } from "./types.ts";

type Failure = SignatureMatch & { readonly fits: false };

/** The first signature of the rows that takes the operands; else a report of what stands in the way of the nearest. */
export function applied(
  rows: readonly Operator[],
  spelling: string,
  operands: readonly Operand[],
  span: Span,
  site: Site,
  text: string,
  binary?: Binary,
): Operand {
  if (operands.some((each) => each.view.type.kind === "error")) return broken(span);
  const failures: Failure[] = [];
  let unreadable: { readonly operand: Operand; readonly as: Type; readonly why: string } | undefined;
  for (const operator of rows) {
    for (const signature of operator.signatures) {
      const match = matchSignature(
        signature,
        operands.map((each) => each.view),
      );
      if (!match.fits) {
        failures.push(match);
        continue;
      }
      const bad = operands
        .map((operand, index) => ({ operand, as: match.as[index]!, why: operand.whyNot?.(match.as[index]!) ?? "" }))
        .find(({ why }) => why !== "");
      if (bad !== undefined) {
        unreadable ??= bad;
        continue;
      }
      if (operator.narrowingOnly && site.effect === "grants") {
        reportNarrowingOnly(spelling, span, site);
        return broken(span);
      }
      return {
        view: { type: match.result },
        span,
        text,
        place: (as) => ({
          kind: "apply",
          operator,
          operands: operands.map((each, index) => each.place(match.as[index]!)),
          as: isLoose(as) ? as : match.result,
          span,
        }),
      };
    }
  }
  if (unreadable !== undefined) reportUnreadable(unreadable, operands, site);
  else reportMismatch(spelling, operands, failures, span, site, binary);
  return broken(span);
}

/** Asks for no reading of its own, of the value or of its elements. */
export function isLoose(as: Type): boolean {
  return as.kind === "any" || (as.kind === "list" && as.element.kind === "any");
}

function reportNarrowingOnly(spelling: string, span: Span, site: Site): void {
  site.report(
    diagnostic("P0313", span, `\`${spelling}\` stands only where a match forbids`)
      .withNote("what it cannot see would be granted here")
      .withHelp("use it in a `deny`"),
  );
}

function reportUnreadable(
  { operand, as, why }: { readonly operand: Operand; readonly as: Type; readonly why: string },
  operands: readonly Operand[],
  site: Site,
): void {
  const beside = operands.find((each) => each !== operand);
  const kind = showType(as.kind === "list" && operand.view.type.kind !== "list" ? as.element : as);
  let found = diagnostic("P0304", operand.span, `${operand.text} cannot be read as ${kind}`).withNote(why);
  if (beside !== undefined && beside.view.constant === undefined) {
    found = found.at(beside.span, showType(beside.view.type)).withNote("so the condition could never be true");
  }
  site.report(
    as.kind === "path"
      ? found.withHelp(`write a full path, or compare the raw text: \`text(${beside?.text ?? "…"})\``)
      : found.withHelp(`write what reads as ${kind}`),
  );
}

/** Tests of raw text that look at a path or URL wrongly, and what says the same of it rightly. */
const rawTests: Readonly<Record<string, { readonly path: string; readonly url: string }>> = {
  "starts with": { path: "under", url: ".host in domain" },
  "ends with": { path: "like", url: "like" },
  contains: { path: "like", url: "like" },
  matches: { path: "like", url: "like" },
};

function reportMismatch(
  spelling: string,
  operands: readonly Operand[],
  failures: readonly Failure[],
  span: Span,
  site: Site,
  binary: Binary | undefined,
): void {
  const nearest = failures.reduce((a, b) => (b.operand > a.operand ? b : a));
  const operand = operands[nearest.operand] ?? operands[0];
  if (operand === undefined) {
    site.report(diagnostic("P0315", span, `\`${spelling}\`: ${nearest.why}`).withHelp("see `policy explain P0315`"));
    return;
  }
  const [left] = operands;
  const place = membersOf(left?.view.type ?? plain("any")).find((each) => each.kind === "path" || each.kind === "url");
  if (Object.hasOwn(rawTests, spelling) && place !== undefined && left !== undefined && binary !== undefined) {
    reportRawTest(spelling, place.kind as "path" | "url", left, operands[1], binary, site);
    return;
  }
  if (spelling === "like" && left !== undefined && nearest.operand === 0) {
    site.report(
      diagnostic(
        "P0302",
        span,
        `\`like\` is for paths, URLs and tool names; \`${left.text}\` is ${showType(left.view.type)}`,
      )
        .withNote("a `*` stops at a slash, so that in other text it would miss what it is meant to meet")
        .withHelp(`use \`${left.text} contains "…"\` or \`${left.text} matches /…/\``),
    );
    return;
  }
  if (nearest.operand >= operands.length || /^it takes \d+, not \d+$/.test(nearest.why)) {
    site.report(
      diagnostic("P0315", span, `\`${spelling}\` has the wrong number of operands: ${nearest.why}`).withHelp(
        `\`${spelling}\` takes ${signaturesOf(failures)}`,
      ),
    );
    return;
  }
  if (writtenOnly.has(nearest.shape) && operand.view.constant === undefined && operand.view.template !== true) {
    site.report(
      diagnostic("P0314", operand.span, `behind \`${spelling}\` stands what is written out, not \`${operand.text}\``)
        .withNote("a value that a request brings must not shape what it is compared with")
        .withHelp(
          'write the value out, name a `let`, or fill text with an attribute of the caller: `"/data/{principal.id}"`',
        ),
    );
    return;
  }
  const compared = nearest.operand > 0 && /never equal|not among/.test(nearest.why);
  if (compared && left !== undefined) {
    site.report(
      diagnostic("P0303", operand.span, neverEqualMessage(left, operand, nearest.why))
        .at(left.span, showType(left.view.type))
        .withNote("the condition could never be true")
        .withHelp(neverEqualHelp(left, operand)),
    );
    return;
  }
  const kind = operand.view.type.kind;
  if (nearest.shape === "ordered" && (kind === "string" || kind === "list") && operand.reference !== undefined) {
    site.report(
      diagnostic("P0301", operand.span, `\`${spelling}\` does not fit \`${operand.text}\`: ${nearest.why}`).withFix({
        title: `did you mean its size?`,
        span: operand.span,
        replacement: `size(${operand.text})`,
      }),
    );
    return;
  }
  const union = membersOf(operand.view.type).length > 1;
  const help = union
    ? `ask first what it is, as in \`${operand.text} is string and …\``
    : `\`${spelling}\` takes ${signaturesOf(failures)}`;
  site.report(
    diagnostic("P0301", operand.span, `\`${spelling}\` does not fit \`${operand.text}\`: ${nearest.why}`).withHelp(
      help,
    ),
  );
}

/** Shapes of what is prepared once, when the policy is loaded. */
const writtenOnly: ReadonlySet<Shape> = new Set<Shape>([
  "path+",
  "glob+",
  "command+",
  "detector",
  "detector+",
  "regex",
  "cidr",
  "window",
  "range",
]);

function neverEqualMessage(left: Operand, right: Operand, why: string): string {
  const message = `\`${left.text}\` and \`${right.text}\` are never equal`;
  return /are never equal$/.test(why) ? message : `${message}: ${why}`;
}

function signaturesOf(failures: readonly Failure[]): string {
  const shapes = [...new Set(failures.map((failure) => showShape(failure.shape)))];
  return shapes.length === 1 ? `${shapes[0]} here` : `${shapes.slice(0, -1).join(", ")} or ${shapes.at(-1)} here`;
}

function neverEqualHelp(left: Operand, right: Operand): string {
  const [first] = membersOf(left.view.type);
  if (first?.kind === "enum") return `write one of ${showType(left.view.type)}`;
  if (first?.kind === "list") return `look at its elements: \`some x in ${left.text}: x == ${right.text}\``;
  return `compare with a value of type ${showType(left.view.type)}`;
}

function isDetector(operand: Operand | undefined): boolean {
  const type = operand?.view.type;
  const kind = type?.kind === "list" ? type.element.kind : type?.kind;
  return kind === "detector" || kind === "regex";
}

function reportRawTest(
  spelling: string,
  kind: "path" | "url",
  left: Operand,
  right: Operand | undefined,
  binary: Binary,
  site: Site,
): void {
  const instead = rawTests[spelling]![kind];
  const span: Span = { file: binary.span.file, start: binary.operatorSpan.start, end: binary.right.span.end };
  const value = isDetector(right) ? undefined : right?.view.constant;
  const pattern = typeof value === "string" ? rightly(spelling, kind, left.text, value) : undefined;
  const found = diagnostic(
    "P0302",
    binary.operatorSpan,
    `\`${spelling}\` looks at the raw text of \`${left.text}\`, which is a ${kind}`,
  )
    .at(left.span, kind)
    .withNote(
      kind === "path"
        ? "`/workspace/../etc/passwd` starts with `/workspace`: only a canonical reading tells where a path leads"
        : "`https://example.org@evil.test/` starts with `https://example.org`: only a URL's parts tell where it leads",
    )
    .withHelp(
      isDetector(right)
        ? `look at the text as it stands: \`text(${left.text}) ${spelling} ${right?.text}\``
        : kind === "path"
          ? `if it is no path at all, say so: \`text(${left.text}) ${spelling} …\``
          : `look at a part: \`${left.text}.host in domain "…"\``,
    );
  site.report(
    isDetector(right)
      ? found
      : pattern === undefined
        ? found.withHelp(`use \`${instead}\``)
        : found.withFix({
            title: `use \`${instead}\``,
            span: { ...span, start: left.span.start },
            replacement: pattern,
          }),
  );
}

/** The same said rightly, where that can be guessed. */
function rightly(spelling: string, kind: "path" | "url", name: string, text: string): string | undefined {
  if (kind === "url") {
    const host = /^https?:\/\/([A-Za-z0-9.-]+)/.exec(text)?.[1];
    return spelling === "starts with" && host !== undefined ? `${name}.host in domain "${host}"` : undefined;
  }
  if (spelling === "starts with") {
    return text.startsWith("/") ? `${name} under ${JSON.stringify(text.replace(/(.)\/+$/, "$1"))}` : undefined;
  }
  if (spelling === "matches") return undefined;
  const escaped = text.replace(/[*?[\]{}\\]/g, "\\$&");
  return `${name} like ${JSON.stringify(spelling === "ends with" ? `**/*${escaped}` : `**/*${escaped}*`)}`;
}
