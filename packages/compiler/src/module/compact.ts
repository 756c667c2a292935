/** Generated lines without the space that only people need; texts in it stay as they are. Code that is spliced into it holds no comments and no regular expressions. */
export function compactLine(line: string): string {
  return line
    .trim()
    .replace(/"(?:[^"\\]|\\.)*"| *([{}()[\],:;=<>!&|?]+) */g, (all: string, signs: string | undefined) => signs ?? all);
}
