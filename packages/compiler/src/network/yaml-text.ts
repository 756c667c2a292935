import { Document, isMap, isPair, isScalar, type Pair, Scalar, visit, type YAMLSeq } from "yaml";

/** A place in a document: keys and indices from its top. */
export type Commented = readonly [path: readonly (string | number)[], comment: string];

/**
 * A value below a head of comments, as YAML that each reader takes alike, be it of YAML 1.1 or 1.2: texts in quotes, or as blocks where they have several
 * lines. `comments` stand above the keys that they are of; a key that is not there is a mistake of ours, and throws.
 */
export function yamlText(value: unknown, head: string, comments: readonly Commented[]): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  for (const [path, comment] of comments) commentOn(document, path, comment);
  visit(document, {
    Seq(_, node) {
      node.flow = isShort(node);
    },
    Scalar(key, node) {
      if (key !== "key" && typeof node.value === "string" && node.value.includes("\n"))
        node.type = Scalar.BLOCK_LITERAL;
    },
  });
  if (head !== "") document.commentBefore = comment(head);
  return document.toString({
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
    lineWidth: 0,
    indentSeq: true,
  });
}

/** Whether a list of plain values fits on a line. */
function isShort({ items }: YAMLSeq): boolean {
  return items.every((item) => isScalar(item)) && JSON.stringify(items).length < 100;
}

function commentOn(document: Document, path: readonly (string | number)[], text: string): void {
  const above = document.getIn(path.slice(0, -1), true);
  const pair = isMap(above) ? above.items.find((each): each is Pair<Scalar> => isNamed(each, path.at(-1))) : undefined;
  if (pair === undefined) throw new Error(`nothing stands at ${path.join("/")}`);
  pair.key.commentBefore = comment(text);
}

function isNamed(item: unknown, key: string | number | undefined): boolean {
  return isPair(item) && isScalar(item.key) && item.key.value === key;
}

/** Each line gets its `#` from the printer, and a space from here. */
function comment(text: string): string {
  return text
    .split("\n")
    .map((line) => ` ${line}`)
    .join("\n");
}
