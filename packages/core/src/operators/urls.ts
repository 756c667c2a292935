import { isInDomain } from "../readers/domain.ts";
import { url } from "../readers/url.ts";
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
];
