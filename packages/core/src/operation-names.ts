/**
 * Whether a wildcard over operation names (`read_*`, `*`) matches a name: `*` stands for any run of characters, all else for
 * itself. For names that are met at run time only, on an `untyped` server. Takes at most `pattern × name` steps.
 */
export function matchesName(pattern: string, name: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    if (pattern[inPattern] === "*") {
      star = inPattern++;
      starAt = at;
    } else if (pattern[inPattern] === name[at]) {
      inPattern++;
      at++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === "*") inPattern++;
  return inPattern === pattern.length;
}
