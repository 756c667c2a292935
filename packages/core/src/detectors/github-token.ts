import { endOfRun, isLetterOrDigit } from "./characters.ts";
import { type Detector, detector, type Found } from "./detector.ts";

/**
 * Tokens of GitHub: personal, OAuth, user, server and refresh ones (`ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`), and fine-grained personal
 * ones (`github_pat_`), with 36 characters or more behind.
 */
export const githubToken: Detector = detector("github-token", (text) => {
  const found: Found[] = [];
  let rest = 0;
  // The expression is of fixed words: each place is looked at once.
  for (const prefix of text.matchAll(/gh[pousr]_|github_pat_/g)) {
    if (prefix.index < rest) continue;
    const start = prefix.index + prefix[0].length;
    const end = endOfRun(text, start, isOfToken);
    if (end - start < shortest) continue;
    found.push({ start: prefix.index, end });
    // What begins within a run ends with it.
    rest = end;
  }
  return found;
});

const shortest = 36;

function isOfToken(unit: number): boolean {
  return isLetterOrDigit(unit) || unit === 0x5f;
}
