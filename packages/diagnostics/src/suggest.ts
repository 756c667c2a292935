import { distance } from "fastest-levenshtein";

/**
 * The candidate that the writer of `word` most likely meant: one that differs in case only, else the nearest by edit
 * distance, at most a third of the word's length away (but always one edit). Undefined where nothing is that near.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const furthest = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const spelled = candidate.toLowerCase();
    if (spelled === wanted) return candidate;
    if (Math.abs(spelled.length - wanted.length) > furthest) continue;
    const edits = distance(wanted, spelled);
    if (edits <= furthest && edits < spelled.length && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, edits };
    }
  }
  return best?.candidate;
}
