/** A Markdown table; columns that are named with a colon at their end stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head.map((each) => each.replace(/:$/, "")), ...rows].map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")),
  );
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => [...(row[column] ?? "")].length)));
  const isRight = (column: number): boolean => (head[column] ?? "").endsWith(":");
  const line = (row: readonly string[]): string => {
    const padded = row.map((cell, column) => {
      const space = " ".repeat((widths[column] ?? 0) - [...cell].length);
      return isRight(column) ? space + cell : cell + space;
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) => (isRight(column) ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(cells[0] ?? []), line(rule), ...cells.slice(1).map(line)].join("\n");
}
