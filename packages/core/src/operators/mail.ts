import { mail as reader } from "../readers/mail.ts";
import { call, type Operator } from "./operator.ts";

/** Mail addresses. */
export const mail: readonly Operator[] = [
  {
    id: "email",
    spelling: "email",
    level: "function",
    signatures: [["text", "mail"]],
    narrowingOnly: false,
    summary: "The text as a mail address, with `.local .domain`; unknown unless it is exactly one plain address.",
    examples: [
      ["a@example.org, b@example.org", undefined],
      ["Ann <a@example.org>", undefined],
      ["a@b@example.org", undefined],
    ],
    evaluate: (text: string) => reader.read(text, undefined),
    partial: true,
    emit: call("email"),
    isRead: true,
    toSet: "opaque",
  },
];
