import { readVisibleText } from './visible-text.ts';

const longest = 60;

/** The name an owner gives a device, cleaned; null takes it away. Throws `invalid_request` for one that shows nothing or too much. */
export function readLabel(text: string | null): string | null {
  return text === null ? null : readVisibleText('label', text, longest);
}
