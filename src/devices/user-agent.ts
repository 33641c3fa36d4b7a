import { plainName } from './headers.ts';

/** One `name/version` word of a user agent outside its comments. */
interface Word {
  readonly name: string;
  readonly version: string | null;
}

/** A user agent taken apart (RFC 9110, section 10.1.5): words and comment parts, in their order. */
export interface UserAgent {
  readonly text: string;
  readonly lower: string;
  readonly words: readonly Word[];
  readonly comments: readonly string[];
}

/** Takes a user agent apart in one pass; unbalanced parentheses do no harm. */
export function parseUserAgent(text: string): UserAgent {
  let outside = '';
  let inside = '';
  let depth = 0;
  for (const character of text) {
    if (character === ')' && depth > 0) depth -= 1;
    if (depth > 0) inside += character;
    else outside += character === ')' ? ' ' : character === '(' ? ' ' : character;
    if (character === '(') {
      depth += 1;
      if (depth === 1) inside += ';';
    }
  }
  const comments = inside.split(';').map((part) => part.trim());
  return { text, lower: text.toLowerCase(), words: wordsOf(outside), comments: comments.filter(Boolean) };
}

function wordsOf(outside: string): Word[] {
  return outside
    .split(/[\s,;[\]]+/)
    .filter(Boolean)
    .map((word) => {
      const slash = word.indexOf('/');
      if (slash < 0) return { name: word, version: null };
      return { name: word.slice(0, slash), version: word.slice(slash + 1) };
    });
}

/**
 * What follows a marker in a user agent (its version, where one does), or null when the marker is not there. The
 * marker is lower case and must not stand in the middle of a word.
 */
export function afterMarker(agent: UserAgent, marker: string): string | null {
  let at = agent.lower.indexOf(marker);
  while (at > 0 && /[a-z0-9]/.test(agent.lower.charAt(at - 1)) && /[a-z0-9]/.test(marker.charAt(0))) {
    at = agent.lower.indexOf(marker, at + 1);
  }
  if (at < 0) return null;
  return agent.text.slice(at + marker.length).replace(/^[/ :_-]+/, '');
}

/** The first word that is no ordinary part of a browser's user agent: what an unlisted client calls itself. */
export function ownWord(agent: UserAgent, ordinary: ReadonlySet<string>): Word | null {
  for (const word of agent.words) {
    const name = plainName(word.name);
    if (name !== null && name.length > 1 && !ordinary.has(name.toLowerCase())) return { ...word, name };
  }
  return null;
}
