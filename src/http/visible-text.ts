import { RollcallError } from '../errors.ts';

/** Controls, line and paragraph separators, bidirectional controls, and characters that take no room or show nothing. */
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u061C\u115F\u1160\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0\u{E0000}-\u{E007F}]/gu;
const anySeen = /[\p{L}\p{N}\p{P}\p{S}]/u;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * A name an owner gives, cleaned: NFC, no control or bidirectional characters, no space around it. Throws
 * `invalid_request` naming the field unless 1 to `longest` visible characters are left.
 */
export function readVisibleText(field: string, text: string, longest: number): string {
  const cleaned = text.normalize('NFC').replace(unseen, '').trim();
  const length = [...graphemes.segment(cleaned)].length;
  if (length <= longest && anySeen.test(cleaned)) return cleaned;
  const problem = `must have 1 to ${longest} visible characters`;
  throw new RollcallError('invalid_request', { fields: [{ field, problem }] });
}
