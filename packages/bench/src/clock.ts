/**
 * Milliseconds, to compare with. Of work, so that on a busy machine an engine gets as far as on an idle one; of the day where an engine
 * waits for another process, since waiting is no work.
 */
export function clock(isWaiting: boolean | undefined): number {
  if (isWaiting) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
