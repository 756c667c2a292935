/** Whether `host:port` is among what a server may reach: the same text, or below a `*.` of the same port. */
export function reaches(patterns: readonly string[], connect: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith("*.")
      ? connect.endsWith(pattern.slice(1)) && connect.length >= pattern.length
      : connect === pattern,
  );
}
