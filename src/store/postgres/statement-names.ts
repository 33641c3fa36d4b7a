/** Statements that are prepared; the store has fewer, and what comes beyond runs unprepared. */
const maxStatements = 500;

const names = new Map<string, string>();

/** The name a statement is prepared under, the same on every connection; undefined when there are too many. */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= maxStatements) return known;
  const name = `rollcall_${names.size}`;
  names.set(text, name);
  return name;
}
