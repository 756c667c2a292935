/** Says how long the process has been at work, in nanoseconds of CPU, and whether the answer is right. */
export function report(answer: unknown, right: boolean): void {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${JSON.stringify({ ns: (user + system) * 1000, ok: answer === right })}\n`);
}
