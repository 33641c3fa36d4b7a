import { RollcallError } from '../errors.ts';

const deepest = 16;
/** Names that reach an object's prototype in careless code further on. */
const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads JSON as strictly as it can be meant: valid UTF-8 without a byte order mark, at most 16 levels deep, no name twice in
 * one object, no half of a surrogate pair. Throws `invalid_json` with a sentence that quotes nothing of the text.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (isTooDeep(text)) throw invalid(`It is more than ${deepest} levels deep.`);
  const value = parse(text);
  refuseBadTexts(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('It is not UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a password.
    throw invalid('It does not follow the JSON grammar.');
  }
}

function invalid(detail: string): RollcallError {
  return new RollcallError('invalid_json', { detail });
}

/** One bracket of the structure, or one string literal with its quotes. */
interface Token {
  readonly text: string;
  readonly end: number;
}

/** The structure of a text in one pass, whatever the text: a regular expression can be made to take quadratic time. */
function* tokensOf(text: string): Generator<Token> {
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      const end = endOfLiteral(text, at);
      yield { text: text.slice(at, end), end };
      at = end - 1;
    } else if ('{}[]'.includes(character)) yield { text: character, end: at + 1 };
  }
}

function endOfLiteral(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const token of tokensOf(text)) {
    if (token.text === '{' || token.text === '[') depth += 1;
    if (token.text === '}' || token.text === ']') depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

/** Walks a text that is known to be JSON, with the names seen in each object that is open. */
function refuseBadTexts(text: string): void {
  const open: Set<string>[] = [];
  for (const token of tokensOf(text)) {
    if (token.text === '{') open.push(new Set());
    else if (token.text === '}') open.pop();
    else if (token.text.startsWith('"')) {
      const name = textOf(token.text);
      if (isKey(text, token)) addKey(open.at(-1), name);
    }
  }
}

/** The text of a literal. Half a character can only come as an escape: the bytes were UTF-8. */
function textOf(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  const text = String(JSON.parse(literal));
  if (!text.isWellFormed()) throw invalid('A text holds half a character.');
  return text;
}

function isKey(text: string, token: Token): boolean {
  let at = token.end;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1;
  return text.charAt(at) === ':';
}

function addKey(names: Set<string> | undefined, name: string): void {
  if (names?.has(name) === true) throw invalid('An object has the same name twice.');
  if (forbiddenKeys.includes(name)) throw invalid('An object has a name that is not allowed.');
  names?.add(name);
}
