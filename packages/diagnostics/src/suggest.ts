import { distance } from "fastest-levenshtein";

/**
 * The candidate that the writer of `word` most likely meant: one that differs in case only, else the nearest by edit
 * distance, at most a third of the word's length away (but always one edit; two neighbours that changed places are one). Undefined
 * where nothing is that near.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const furthest = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const spelled = candidate.toLowerCase();
    if (spelled === wanted) return candidate;
    if (Math.abs(spelled.length - wanted.length) > furthest) continue;
    const edits = areSwapped(wanted, spelled) ? 1 : distance(wanted, spelled);
    if (edits <= furthest && edits < spelled.length && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, edits };
    }
  }
  return best?.candidate;
}

/** Whether two neighbouring letters that change places make one of the other: the commonest slip, and two edits by count. */
function areSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return at >= 0 && a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
