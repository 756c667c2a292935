import { isInDomain } from "../readers/domain.ts";
import { spellingProblem } from "../readers/path.ts";
import type { TextPattern } from "../readers/patterns.ts";
import { type Url, url } from "../readers/url.ts";
import { call, type Operator } from "./operator.ts";

/** URLs as the URL standard reads them, and their hosts. */
export const urls: readonly Operator[] = [
  {
    id: "url",
    spelling: "url",
    level: "function",
    signatures: [["text", "url"]],
    narrowingOnly: false,
    summary:
      "The text as a URL, with `.scheme .host .port .path .query .user`; unknown where it is none, or holds credentials.",
    examples: [
      ["nonsense", undefined],
      ["https://user:secret@example.org/", undefined],
      ["/a/b", undefined],
    ],
    evaluate: (text: string) => url.read(text, undefined),
    partial: true,
    emit: call("url"),
    isRead: true,
    toSet: "opaque",
  },
  {
    id: "in-domain",
    spelling: "in domain",
    level: "comparison",
    signatures: [["domain", "domain", "bool"]],
    narrowingOnly: false,
    summary: "True where the host is the domain or lies below it.",
    examples: [
      ["example.org", "example.org", true],
      ["A.Example.Org.", "example.org", true],
      ["badexample.org", "example.org", false],
      ["example.org.evil.net", "example.org", false],
      ["example.org/x", "example.org", undefined],
    ],
    evaluate: isInDomain,
    partial: false,
    emit: call("in-domain"),
    toSet: "opaque",
  },
  {
    id: "like-url",
    spelling: "like",
    level: "comparison",
    signatures: [["url", "glob+", "bool"]],
    narrowingOnly: false,
    summary:
      "True where the URL, as the standard writes it and without what follows a question mark or hash, matches the glob, or any of them. Unknown where its path could be read in two ways.",
    examples: [
      ["https://example.org/a/b.md", ["https://example.org/**"], true],
      ["HTTPS://Example.org/a/../b", ["https://example.org/a/**"], false],
      ["https://example.org/secret?/x.md", ["**/*.md"], false],
      ["https://example.org/a/..%2fsecret", ["https://example.org/**"], undefined],
      ["example.org", ["**"], undefined],
    ],
    evaluate: (of: Url, globs: readonly TextPattern[]) => {
      const place = of.href.replace(/[?#].*$/s, "");
      return spellingProblem(place) === "" ? globs.some((glob) => glob.matches(place)) : undefined;
    },
    partial: true,
    emit: call("like-url"),
    toSet: "opaque",
  },
];
