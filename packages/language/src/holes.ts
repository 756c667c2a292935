import type { Value } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import { constantOf } from "./constants.ts";
import { type Report, withSuggestion } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { TypedReference } from "./typed.ts";
import { plain } from "./types.ts";

const dotted = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)+$/;
/** What can fill a hole, beside a `let`. */
const fillers: ReadonlySet<string> = new Set(["principal", "context", "tool"]);
const plainSegment = /^[A-Za-z0-9._-]+$/;

/**
 * Text with holes, such as `/data/{principal.team}`, in parts; a `{NAME}` of a `let` is filled in. Undefined for text without
 * holes: braces that hold anything but a dotted name or a `let` are a glob's alternatives. Reports holes that cannot be filled, and those
 * that are plainly meant as such where none may stand.
 */
export function holesOf(
  text: string,
  span: Span,
  { scope, report, takesHoles }: { readonly scope: Scope; readonly report: Report; readonly takesHoles: boolean },
): readonly (string | TypedReference)[] | undefined {
  const parts: (string | TypedReference)[] = [""];
  let found = false;
  let end = 0;
  const add = (piece: string): void => {
    const last = parts.at(-1);
    if (typeof last === "string") parts[parts.length - 1] = last + piece;
    else parts.push(piece);
  };
  for (const match of text.matchAll(/\{([^{},]*)\}/g)) {
    const content = match[1] ?? "";
    const isLet = scope.constants.has(content);
    if (!isLet && !dotted.test(content)) continue;
    if (!takesHoles) {
      // Elsewhere braces are text like any other, unless what is meant is plain.
      if (!isLet && !fillers.has(content.slice(0, content.indexOf(".")))) continue;
      report(
        diagnostic("P0312", span, `\`{${content}}\` cannot be filled in here`)
          .withNote(
            "holes are filled on the right of `under`, `like`, `==` and on the left of `in`; here the text would stand as it is",
          )
          .withHelp("use one of these, or write the text out"),
      );
      continue;
    }
    add(text.slice(end, match.index));
    end = match.index + match[0].length;
    found = true;
    if (isLet) {
      const named = scope.constants.get(content)!;
      const value: Value | undefined =
        named.parameters === undefined ? constantOf(named.value, scope)?.value : undefined;
      if (typeof value === "string" && plainSegment.test(value) && value !== "." && value !== "..") add(value);
      else {
        report(
          diagnostic("P0312", span, `\`{${content}}\` does not stand for one plain segment`)
            .withNote("what fills a hole is letters, digits, `.`, `_` and `-`, and not `.` or `..`")
            .withHelp(`write the text out, or let \`${content}\` be such a text`),
        );
      }
      continue;
    }
    const reference = holeReference(content, span, scope, report);
    if (reference !== undefined) parts.push(reference);
  }
  if (!found) return undefined;
  add(text.slice(end));
  return parts.filter((part) => part !== "");
}

function holeReference(content: string, span: Span, scope: Scope, report: Report): TypedReference | undefined {
  const [root = "", name = "", ...rest] = content.split(".");
  const fields: Readonly<Record<string, readonly string[]>> = {
    principal: Object.keys(scope.principal),
    context: Object.keys(scope.context),
    tool: ["name", "server"],
  };
  if (!Object.hasOwn(fields, root) || rest.length > 0) {
    const found = diagnostic("P0312", span, `\`{${content}}\` cannot fill a hole`).withNote(
      root === "args" || root === "result"
        ? "what a request brings must not shape what it is compared with"
        : "holes are filled by `principal.x`, `context.x`, `tool.name`, `tool.server` and a `let`",
    );
    report(found.withHelp("compare with an attribute of the caller, or with text that is written out"));
    return undefined;
  }
  if (!fields[root]!.includes(name)) {
    report(
      withSuggestion(
        diagnostic("P0213", span, `\`${root}\` has no attribute \`${name}\``),
        name,
        fields[root]!,
        holeSpan(span, scope, name),
        `attributes of \`${root}\``,
      ),
    );
    return undefined;
  }
  return { kind: "reference", root: root as "principal" | "context" | "tool", path: [name], as: plain("string"), span };
}

/** The name inside the text's own quotes, where it stands there as it is. */
function holeSpan(span: Span, scope: Scope, name: string): Span {
  const text = scope.sources.get(span.file)?.text.slice(span.start, span.end) ?? "";
  const at = text.indexOf(`.${name}}`);
  return at < 0 ? span : { file: span.file, start: span.start + at + 1, end: span.start + at + 1 + name.length };
}
