/** Characters (Unicode code points, after NFC) of the longest password: far above any need, and a bound on the work. */
export const longestPassword = 256;

/** Normal form C composes at most four code points into one, each of at most two UTF-16 units. */
const longestUnnormalised = longestPassword * 4 * 2;

/**
 * The one form in which a password is judged, hashed and compared: NFC, nothing cut and nothing folded
 * (NIST SP 800-63B-4, 3.1.1.2). Null for what no password can be: half a surrogate pair inside, or more than
 * 256 characters; a text of a megabyte is told apart by its length alone.
 */
export function passwordText(password: string): string | null {
  if (password.length > longestUnnormalised || !password.isWellFormed()) return null;
  const text = password.normalize('NFC');
  return characterCount(text) > longestPassword ? null : text;
}

/** Unicode code points in a text. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
