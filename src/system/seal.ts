// A last line by which a file says whether somebody changed it since dbctl wrote it.

import { createHash } from 'node:crypto';

const mark = '# dbctl wrote all above, and nobody changed it while this is its SHA-256: ';

/** The text with its seal. It must be of a kind in which "#" begins a comment. */
export const sealed = (text: string): string => `${text}${mark}${digest(text)}\n`;

/** Whether the text was sealed once and is not any more what was sealed. One without a seal says nothing. */
export function isEdited(text: string): boolean {
  const at = text.lastIndexOf(mark);
  return at !== -1 && text !== sealed(text.slice(0, at));
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
