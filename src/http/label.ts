import { RollcallError } from '../errors.ts';

const longest = 60;

/** Controls, line and paragraph separators, bidirectional controls, and characters that take no room or show nothing. */
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u061C\u115F\u1160\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0\u{E0000}-\u{E007F}]/gu;
const anySeen = /[\p{L}\p{N}\p{P}\p{S}]/u;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The name an owner gives a device, cleaned: NFC, no control or bidirectional characters, no space around it. Null takes
 * the name away. Throws `invalid_request` unless 1 to 60 visible characters are left.
 */
export function readLabel(text: string | null): string | null {
  if (text === null) return null;
  const label = text.normalize('NFC').replace(unseen, '').trim();
  const length = [...graphemes.segment(label)].length;
  if (length <= longest && anySeen.test(label)) return label;
  const problem = `must have 1 to ${longest} visible characters`;
  throw new RollcallError('invalid_request', { fields: [{ field: 'label', problem }] });
}
